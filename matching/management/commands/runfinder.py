"""`manage.py runfinder`: runs the search process, for searches by text and photograph."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from matching.conf import matching_settings
from matching.search.protocol import bind_address
from matching.worker.processes import SUPERVISOR_ENV, die_with_parent


class Command(BaseCommand):
    """Runs until SIGTERM; `runworker` starts one itself unless MATCHING_FINDER says otherwise."""

    requires_system_checks = ()
    help = "Runs the search process for semantic search. `runworker` starts one itself."

    def handle(self, *args: Any, **options: Any) -> None:
        address = bind_address()
        if address is None:
            raise CommandError(
                "Semantic search is switched off. Unset MATCHING_FINDER, or set it to HOST:PORT."
            )
        if SUPERVISOR_ENV in os.environ:
            die_with_parent(int(os.environ[SUPERVISOR_ENV]))
        # torch's libraries read these when they are loaded.
        for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ.setdefault(name, str(matching_settings().threads))
        from matching.search.server import FinderServer

        FinderServer(address).run()
