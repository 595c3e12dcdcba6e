"""The queue of background tasks. Apart from the worker, only this module uses django-q2.

Replacing the queue means replacing this module. Import it after the apps are loaded.
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

# The queue's models, for the admin site.
PlannedTask, SucceededTask, FailedTask, WaitingTask = Schedule, Success, Failure, OrmQ
TaskTimedOut = TimeoutException  # raised inside a task at its timeout; the worker ends on it


def enqueue(task: str, *args: Any, keep_result: bool = False) -> None:
    """Queue a task immediately; to run it only after a commit, call this in `on_commit`.

    Args:
        task: dotted path of a function.
        args: its arguments: ids and other small values that can be pickled.
        keep_result: store the result of a successful task; failed ones are always stored.

    Raises: whatever the broker raises while it is unavailable.
    """
    if keep_result:
        async_task(task, *args)
    else:
        async_task(task, *args, save=False)


def waiting_tasks() -> int:
    """The number of waiting tasks.

    Raises: whatever the broker raises while it is unavailable.
    """
    return int(get_broker().queue_size())


def forget_failures(before: datetime) -> int:
    """Remove the records of tasks that failed before a time; returns how many."""
    return int(Failure.objects.filter(stopped__lt=before).delete()[0])


def task_timeout_s() -> float:
    """How long a task may run, in seconds."""
    return float(settings.Q_CLUSTER["timeout"])


def retry_s() -> float:
    """After how many seconds an unfinished task is handed to another worker."""
    return float(settings.Q_CLUSTER["retry"])


def longest_stay_s() -> float:
    """How many seconds a fetched task may wait behind its worker's other tasks, and then run."""
    cluster = settings.Q_CLUSTER
    fetched: int = math.ceil((cluster["queue_limit"] + 1) / cluster["workers"]) + 1
    return fetched * (task_timeout_s() + KILLED_AFTER_S)


def poll_s() -> float:
    """How many seconds an idle worker waits between polls."""
    return float(settings.Q_CLUSTER.get("poll", 0.2))


def run_workers(*, before_task: Callable[..., None], after_task: Callable[..., None]) -> None:
    """Process tasks in this process and its children until it is stopped.

    Args:
        before_task, after_task: module-level functions that the worker calls around each task
            with the queue's keyword arguments; they must never raise.
    """
    pre_execute.connect(before_task)
    post_execute_in_worker.connect(after_task)
    call_command("qcluster")
