"""System checks of the matching and queue settings; must not load a model."""

import math
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from lostfound.infra import queue
from matching.conf import BUNDLED, CHECKS_TAG, TORCH, matching_settings
from matching.encoders.base import CLIP_ENCODER


@register(CHECKS_TAG)
def check_matching(
    *, app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Check the MATCHING settings, and that they are compatible with the queue's."""
    try:
        current = matching_settings()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="matching.E001")]
    found: list[CheckMessage] = []
    if current.encoder != CLIP_ENCODER and not _exists(current.encoder.rpartition(".")[0]):
        found.append(
            Error(
                f'MATCHING["ENCODER"] = {current.encoder!r}: no such module exists.',
                hint="Set MATCHING_ENCODER to the dotted path of an encoder class, such as "
                f"{CLIP_ENCODER}.",
                id="matching.E002",
            )
        )
    timeout_s = queue.task_timeout_s()
    for key, value_s in (("LEASE_S", current.lease_s), ("STALE_S", current.stale_s)):
        if value_s <= timeout_s + queue.KILLED_AFTER_S:
            found.append(
                Error(
                    f'MATCHING["{key}"] is {value_s} s, and a task may take {timeout_s:g} s.',
                    hint=f"Set MATCHING_{key} above TASK_TIMEOUT_S + {queue.KILLED_AFTER_S} s, "
                    "so that a task that is still running is not started again.",
                    id="matching.E003",
                )
            )
    if current.model == BUNDLED and current.encoder == CLIP_ENCODER and not settings.DEBUG:
        found.append(
            Warning(
                "The bundled model is in use. It only knows drawings, for demonstration and tests; "
                "for real photographs its suggestions are of little use.",
                hint="Run `manage.py download_model`, and set MATCHING_MODEL as it says.",
                id="matching.W001",
            )
        )
    if current.engine != TORCH and not _exists("onnxruntime"):
        found.append(
            Warning(
                f'MATCHING["ENGINE"] = {current.engine!r} needs ONNX Runtime, but it is missing.',
                hint="Install it with pip install '.[onnx]', or set MATCHING_ENGINE=torch. Until "
                "then, posts wait.",
                id="matching.W003",
            )
        )
    return found


def _exists(module: str) -> bool:
    """Whether a module can be found, without importing it, which might load a model library."""
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False


@register(CHECKS_TAG)
def check_queue(
    *, app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that a task that waits behind others is not started a second time."""
    retry_s, least_s = queue.retry_s(), queue.longest_stay_s()
    if retry_s >= least_s:
        return []
    return [
        Error(
            f"The queue restarts a task after {retry_s:g} s, but a fetched task may wait and "
            f"run for {least_s:g} s.",
            hint=f"Set TASK_RETRY_S to at least {math.ceil(least_s)}, or lower TASK_TIMEOUT_S.",
            id="matching.E004",
        )
    ]


@register(CHECKS_TAG)
def check_sqlite(
    *, app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Check SQLite's options: with its defaults, concurrent writes of web and worker fail."""
    found: list[CheckMessage] = []
    for alias, database in settings.DATABASES.items():
        if not database["ENGINE"].endswith("sqlite3"):
            continue
        options = database.get("OPTIONS", {})
        is_wal = "journal_mode=wal" in options.get("init_command", "").replace(" ", "").lower()
        if not is_wal or options.get("transaction_mode") != "IMMEDIATE":
            found.append(
                Warning(
                    f"The SQLite database {alias!r} does not use WAL with immediate transactions: "
                    "concurrent writes fail with “database is locked”.",
                    hint='OPTIONS: {"transaction_mode": "IMMEDIATE", "timeout": 20, '
                    '"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"}',
                    id="matching.W002",
                )
            )
    return found


@register(Tags.database)
def check_triggers(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Check the change triggers of the index; runs with `migrate` and `check --database`."""
    from matching.index.triggers import missing_triggers

    found: list[CheckMessage] = []
    for using in databases or ():
        tables = connections[using].introspection.table_names()
        missing = missing_triggers(using) if "matching_indexchange" in tables else []
        if missing:
            found.append(
                Warning(
                    f"{len(missing)} triggers are missing in the database, such as {missing[0]}: "
                    "matching would not notice changes.",
                    hint="Run `manage.py migrate`, which installs them.",
                    id="matching.W004",
                )
            )
    return found


@register(Tags.database)
def check_index(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Check that the configured index works with the database."""
    from matching.index.pg_sync import index_problem

    if matching_settings().index != "pgvector":
        return []
    problems = [index_problem(using) for using in databases or ()]
    return [Error(problem, id="matching.E005") for problem in problems if problem]
