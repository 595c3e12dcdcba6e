"""`manage.py runworker`: runs the background worker under a supervisor."""

import os
import socket
import sys
from typing import Any

from django.core.checks import Tags
from django.core.management.base import BaseCommand, CommandParser

from lostfound.infra.queue import run_workers
from matching.conf import CHECKS_TAG, matching_settings
from matching.services.heartbeat import is_worker_alive, note_task_end, note_task_start
from matching.worker.processes import SUPERVISOR_ENV, die_with_parent
from matching.worker.supervisor import DEFAULT_GRACE_S, Supervisor


class Command(BaseCommand):
    """Embeds and matches saved posts until SIGTERM or Ctrl-C."""

    # All system checks would import every page into the process that forks the worker.
    requires_system_checks = ()
    help = (
        "Runs the background worker: matches saved posts, and restarts processes that die or hang."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--grace",
            type=float,
            default=DEFAULT_GRACE_S,
            help="seconds that a running task gets to finish when the worker is stopped; "
            "an interrupted post waits for the next worker (default: %(default)s)",
        )
        parser.add_argument(
            "--is-alive",
            action="store_true",
            help="start nothing; exit with 0 if this machine's worker takes tasks, else with 1",
        )
        parser.add_argument(
            "--inside",
            action="store_true",
            help="used internally by the supervisor: run the task queue's cluster in this process",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["is_alive"]:
            sys.exit(0 if is_worker_alive(socket.gethostname()) else 1)
        if not options["inside"]:
            self.check(tags=[CHECKS_TAG, Tags.database], databases=["default"])
            Supervisor(grace_s=options["grace"]).run()
            return
        die_with_parent(int(os.environ[SUPERVISOR_ENV]))
        os.nice(matching_settings().nice)
        run_workers(before_task=note_task_start, after_task=note_task_end)
