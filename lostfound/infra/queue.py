"""The queue of background tasks: the one module, beside the worker, that knows django-q2.

Another queue could take its place here. Import it once the apps are loaded.
"""

import math
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.core.management import call_command
from django_q.brokers import get_broker
from django_q.exceptions import TimeoutException
from django_q.models import Failure, OrmQ, Schedule, Success
from django_q.signals import post_execute_in_worker, pre_execute
from django_q.tasks import async_task

APP_LABEL: Final = "django_q"
LOGGER: Final = "django-q"
KILLED_AFTER_S: Final = 3.5  # the queue kills a worker that long after its task's timeout

# What the queue keeps in the database, for the admin site.
PlannedTask, SucceededTask, FailedTask, WaitingTask = Schedule, Success, Failure, OrmQ
TaskTimedOut = TimeoutException  # raised inside a task at its timeout; the worker ends on it


def enqueue(task: str, *args: Any, keep_result: bool = False) -> None:
    """Hand a task to the queue at once; where it must follow a commit, call this in `on_commit`.

    Args:
        task: dotted path of a function.
        args: what it is called with; ids and other small values that can be pickled.
        keep_result: keep a row of a task that ended well, too; one that failed is always kept.

    Raises: whatever the broker does while it is away.
    """
    if keep_result:
        async_task(task, *args)
    else:
        async_task(task, *args, save=False)


def waiting_tasks() -> int:
    """How many tasks wait in the queue.

    Raises: whatever the broker does while it is away.
    """
    return int(get_broker().queue_size())


def forget_failures(before: datetime) -> int:
    """Remove the records of tasks that failed before then; returns how many."""
    return int(Failure.objects.filter(stopped__lt=before).delete()[0])


def task_timeout_s() -> float:
    """How long one task may take, in seconds."""
    return float(settings.Q_CLUSTER["timeout"])


def retry_s() -> float:
    """After how long a task that was fetched and did not end is given out again, in seconds."""
    return float(settings.Q_CLUSTER["retry"])


def longest_stay_s() -> float:
    """How long a fetched task may wait behind others of its worker, and then run, in seconds."""
    cluster = settings.Q_CLUSTER
    fetched: int = math.ceil((cluster["queue_limit"] + 1) / cluster["workers"]) + 1
    return fetched * (task_timeout_s() + KILLED_AFTER_S)


def poll_s() -> float:
    """How long an idle worker waits before it asks again for tasks, in seconds."""
    return float(settings.Q_CLUSTER.get("poll", 0.2))


def run_workers(*, before_task: Callable[..., None], after_task: Callable[..., None]) -> None:
    """Take tasks from the queue in this process and its children, until it is stopped.

    Args:
        before_task, after_task: module-level functions, called in the worker around each task
            with keywords of the queue's; they must never raise.
    """
    pre_execute.connect(before_task)
    post_execute_in_worker.connect(after_task)
    call_command("qcluster")
