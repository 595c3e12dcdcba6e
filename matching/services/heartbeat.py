"""Records heartbeats of the worker, and whether its encoder is available."""

import contextlib
import logging
import os
import time
from datetime import timedelta
from typing import Any, Final

from django.db import DatabaseError
from django.utils import timezone

from matching.conf import matching_settings
from matching.models import Heartbeat
from matching.selectors import ENCODER

logger = logging.getLogger(__name__)

CLUSTER_PREFIX: Final = "cluster:"
CLUSTER_ENV: Final = "MATCHING_CLUSTER_ID"  # set by the supervisor for the cluster it starts
BUSY, IDLE = "busy", "idle"
DETAIL_CHARS: Final = 1000
WELL_HOLDS_S: Final = 30.0

_well_until_s = 0.0  # on the monotonic clock


def worker_name() -> str:
    """The name under which this process claims jobs."""
    return f"{_cluster()}:{os.getpid()}"


def worker_heartbeat(cluster_id: str) -> str:
    """Name of the row for the last time that a cluster's worker began or ended a task."""
    return f"worker:{cluster_id}"


def answer_heartbeat(cluster_id: str) -> str:
    """Name of the row for the last answer to a beat from a cluster's supervisor."""
    return f"beat:{cluster_id}"


def write_heartbeat(name: str, detail: str = "") -> None:
    """Set the heartbeat of this name to now."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, beat_at=timezone.now(), detail=detail[:DETAIL_CHARS])],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["beat_at", "detail"],
    )


def register_cluster(cluster_id: str, card: str) -> None:
    """Record the processes of a cluster: supervisor, queue and host."""
    write_heartbeat(CLUSTER_PREFIX + cluster_id, card)


def registered_clusters(*, host: str = "") -> dict[str, str]:
    """The recorded processes of each known cluster, by its identifier.

    Args:
        host: only clusters on this machine.
    """
    rows = Heartbeat.objects.filter(name__startswith=CLUSTER_PREFIX)
    if host:
        rows = rows.filter(detail__endswith=f" {host}")
    cards = rows.values_list("name", "detail")
    return {name.removeprefix(CLUSTER_PREFIX): card for name, card in cards}


def signs_of_life(cluster_id: str) -> tuple[Heartbeat | None, Heartbeat | None]:
    """When a cluster last began or ended a task, and its last answered beat."""
    names = worker_heartbeat(cluster_id), answer_heartbeat(cluster_id)
    rows = Heartbeat.objects.in_bulk(names)
    return rows.get(names[0]), rows.get(names[1])


def remove_cluster(cluster_id: str) -> None:
    """Delete every heartbeat of a dead cluster."""
    names = (
        CLUSTER_PREFIX + cluster_id,
        worker_heartbeat(cluster_id),
        answer_heartbeat(cluster_id),
    )
    Heartbeat.objects.filter(name__in=names).delete()


def is_worker_alive(host: str) -> bool:
    """Whether a cluster on this machine has recently begun or ended a task."""
    since = timezone.now() - timedelta(seconds=matching_settings().stale_s)
    names = [worker_heartbeat(cluster_id) for cluster_id in registered_clusters(host=host)]
    return Heartbeat.objects.filter(name__in=names, beat_at__gte=since).exists()


def answer_beat(asked_by: str, number: int) -> None:
    """Answer a beat from the queue, whichever cluster sent it."""
    write_heartbeat(answer_heartbeat(asked_by), f"{number} {_cluster()}")


def note_task_start(sender: Any = None, **kwargs: Any) -> None:
    """Called in the worker before each task; must never make it fail."""
    _note_worker(BUSY)


def note_task_end(sender: Any = None, **kwargs: Any) -> None:
    """Called in the worker after each task; must never make it fail."""
    _note_worker(IDLE)


def _cluster() -> str:
    return os.environ.get(CLUSTER_ENV, "plain")


def _note_worker(state: str) -> None:
    try:
        write_heartbeat(worker_heartbeat(_cluster()), f"{state} {os.getpid()}")
    except Exception:
        logger.warning("The heartbeat could not be written", exc_info=True)


def note_encoder(problem: str) -> None:
    """Record why the encoder is unavailable, or that it is available; logs every change.

    A process that has just recorded that all is well does not query the database for a moment.
    """
    global _well_until_s
    if not problem and time.monotonic() < _well_until_s:
        return
    _well_until_s = 0.0 if problem else time.monotonic() + WELL_HOLDS_S
    with contextlib.suppress(DatabaseError):
        known = Heartbeat.objects.filter(name=ENCODER).values_list("detail", flat=True).first()
        if (known or "") == problem[:DETAIL_CHARS]:
            return
        write_heartbeat(ENCODER, problem)
    if problem:
        logger.error("Posts are waiting because the encoder is unavailable: %s", problem)
    else:
        logger.info("The encoder is ready")


def forget_encoder_state() -> None:
    """Have the next call of `note_encoder` query the database again."""
    global _well_until_s
    _well_until_s = 0.0
