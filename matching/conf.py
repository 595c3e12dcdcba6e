"""The MATCHING settings, checked and typed; must not import torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.dispatch import receiver

from matching.core.registry import UnknownStrategy, get_strategy

CHECKS_TAG: Final = "matching"  # of the system checks
BUNDLED: Final = "bundled"
BUNDLED_FOLDER: Final = Path(__file__).resolve().parent / "bundled" / "model"
# A site may have written down where version 0.1 had it.
FORMER_ENCODER: Final = "matching.clip_encoder.ClipEncoder"
DEVICES: Final = ("cpu", "cuda")
INDEXES: Final = ("memory", "pgvector")
SCANS: Final = ("exact", "int8")
PRECISIONS: Final = ("fp32", "bf16", "fp16")
TORCH, ONNX_FP32, ONNX_INT8 = "torch", "onnx-fp32", "onnx-int8"
ENGINES: Final = (TORCH, ONNX_FP32, ONNX_INT8)


@dataclass(frozen=True)
class MatchingSettings:
    """`settings.MATCHING` with its defaults; a field is the key in lower case."""

    model: str = BUNDLED  # hub id, folder, or "bundled"
    revision: str = ""  # branch, tag or commit of a hub id; empty: main
    device: str = "cpu"  # or "cuda", "cuda:1"
    engine: str = TORCH  # or an export of the checkpoint: "onnx-fp32", "onnx-int8"
    precision: str = "fp32"  # for torch; or "bf16", or "fp16" on CUDA
    threads: int = 1  # of the engine, per worker process
    encoder: str = "matching.encoders.torch_clip.ClipEncoder"  # dotted path
    text_model: str = ""  # hub id or folder of a second encoder for texts; empty: none
    text_encoder: str = "matching.encoders.sentence.SentenceEncoder"  # its dotted path
    strategy: str = "calibrated_v3"
    threshold: float | None = None  # None: the strategy's default
    top_k: int = 20  # suggestions stored per post
    shown_from: float = 0.1  # score from which the owner sees a suggestion
    explored: int = 1  # unlikely candidates per post that are sampled for staff; 0: none
    lease_s: int = 180  # how long a task may claim a post
    max_attempts: int = 3  # after which a post fails
    sweep_s: int = 30  # between two sweeps for forgotten posts
    beat_s: int = 10  # between two beats through the queue
    stale_s: int = 150  # without a beat, after which the worker is restarted
    # People remember the day of a loss roughly, and may notice it a day later, so a find up to two
    # days before the reported loss still counts.
    max_found_before_lost_days: float = 7.0
    nice: int = 10  # niceness of the worker, so that pages on the same machine go first; 0 to 19
    index: str = "memory"  # or "pgvector", on PostgreSQL
    exact_below: int = (
        10_000  # if at most this many rows pass a filter, pgvector compares all of them
    )
    scan: str = "exact"  # or "int8", which reads a quarter as much memory and needs numkong
    # The address of the search process: "HOST:PORT"; empty: a socket file in VAR_DIR; or "off".
    finder: str = ""
    finder_bind: str = ""  # where this machine's search process listens, if it differs
    task_timeout_s: int = 120  # the queue's own limit for one task
    cache_dir: str = ""  # of downloaded models; empty: the hub library's own


@lru_cache(maxsize=1)
def matching_settings() -> MatchingSettings:
    """The settings, read once per process and again after `override_settings(MATCHING=...)`.

    Raises: ImproperlyConfigured, at every call, with the key and its valid values.
    """
    return validated(getattr(settings, "MATCHING", {}))


@receiver(setting_changed, dispatch_uid="matching.settings")
def _forget_settings(*, setting: str, **kwargs: Any) -> None:
    if setting == "MATCHING":
        matching_settings.cache_clear()


def validated(settings_dict: object) -> MatchingSettings:
    """The validated contents of `settings.MATCHING`.

    Raises: ImproperlyConfigured, with the key and its valid values.
    """
    if not isinstance(settings_dict, Mapping):
        raise ImproperlyConfigured("MATCHING must be a dictionary.")
    types = {name.upper(): name for name in MatchingSettings.__dataclass_fields__}
    unknown = sorted(key for key in settings_dict if key not in types)
    if unknown:
        raise ImproperlyConfigured(
            f"Unknown key {_named(unknown[0])}. Known keys: {', '.join(sorted(types))}."
        )
    values = {types[key]: _typed(key, value) for key, value in settings_dict.items()}
    if values.get("encoder") == FORMER_ENCODER:
        del values["encoder"]
    checked = MatchingSettings(**values)
    _check_encoder(checked)
    _check_matching(checked)
    _check_counts(checked)
    return checked


def _typed(key: str, value: Any) -> Any:
    default = getattr(MatchingSettings, key.lower())
    if key == "THRESHOLD" and value is None:
        return None
    if isinstance(default, str):
        if not isinstance(value, str | Path):
            raise ImproperlyConfigured(f"{_named(key)} must be a string, not {value!r}.")
        return str(value).strip()
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(default, int) and not (is_number and value == int(value)):
        raise ImproperlyConfigured(f"{_named(key)} must be a whole number, not {value!r}.")
    if not is_number:
        raise ImproperlyConfigured(f"{_named(key)} must be a number, not {value!r}.")
    return int(value) if isinstance(default, int) else float(value)


def _check_encoder(checked: MatchingSettings) -> None:
    if not checked.model:
        raise ImproperlyConfigured(
            f'{_named("MODEL")} is empty. Set it to a hub id, a folder, or "{BUNDLED}".'
        )
    device, _, number = checked.device.partition(":")
    if device not in DEVICES or (":" in checked.device and not number.isdecimal()):
        raise ImproperlyConfigured(
            f"{_named('DEVICE')} is {checked.device!r}. Set it to cpu, cuda or cuda:NUMBER."
        )
    if checked.engine not in ENGINES:
        raise ImproperlyConfigured(
            f"{_named('ENGINE')} is {checked.engine!r}. Valid: {', '.join(ENGINES)}."
        )
    if checked.engine != TORCH and device != "cpu":
        raise ImproperlyConfigured(
            f"{_named('ENGINE')} is {checked.engine}, which only runs on the CPU. Set DEVICE "
            f"to cpu, or ENGINE to {TORCH}."
        )
    if checked.precision not in PRECISIONS:
        raise ImproperlyConfigured(
            f"{_named('PRECISION')} is {checked.precision!r}. Valid: {', '.join(PRECISIONS)}."
        )
    if checked.precision == "fp16" and device == "cpu":
        raise ImproperlyConfigured(
            f"{_named('PRECISION')} is fp16, which is about 100 times slower on a CPU. "
            "Set it to fp32 or bf16, or set DEVICE to cuda."
        )
    for name in ("encoder", "text_encoder"):
        if "." not in getattr(checked, name):
            raise ImproperlyConfigured(
                f"{_named(name.upper())} is {getattr(checked, name)!r}. Set it to the dotted path "
                "of a class."
            )


def _check_matching(checked: MatchingSettings) -> None:
    if checked.index not in INDEXES:
        raise ImproperlyConfigured(
            f"{_named('INDEX')} is {checked.index!r}. Valid: {', '.join(INDEXES)}."
        )
    if checked.scan not in SCANS:
        raise ImproperlyConfigured(
            f"{_named('SCAN')} is {checked.scan!r}. Valid: {', '.join(SCANS)}."
        )
    if checked.scan == "int8" and find_spec("numkong") is None:
        raise ImproperlyConfigured(
            f"{_named('SCAN')} is int8, which needs numkong: pip install 'campus-lostfound[fast]'."
        )
    try:
        get_strategy(checked.strategy)
    except UnknownStrategy as error:
        raise ImproperlyConfigured(f"{_named('STRATEGY')}: {error}") from error
    if checked.threshold is not None and not -1.0 <= checked.threshold <= 1.0:
        raise ImproperlyConfigured(
            f"{_named('THRESHOLD')} is {checked.threshold}. Set it from -1 to 1, or leave it empty "
            "for the strategy's default."
        )
    for name in ("finder", "finder_bind"):
        host, _, port = getattr(checked, name).rpartition(":")
        if getattr(checked, name) not in ("", "off") and not (host and port.isdecimal()):
            raise ImproperlyConfigured(
                f"{_named(name.upper())} is {getattr(checked, name)!r}. Set it to HOST:PORT or "
                "off, or leave it empty for a socket file."
            )
    if not checked.shown_from >= 0:
        raise ImproperlyConfigured(
            f"{_named('SHOWN_FROM')} must be 0 or more; above 1, authors only see confirmed pairs."
        )
    if not checked.max_found_before_lost_days >= 0:
        raise ImproperlyConfigured(f"{_named('MAX_FOUND_BEFORE_LOST_DAYS')} must be 0 or more.")


def _check_counts(checked: MatchingSettings) -> None:
    if not 0 <= checked.nice <= 19:
        raise ImproperlyConfigured(f"{_named('NICE')} must be 0 to 19.")
    if checked.explored < 0:
        raise ImproperlyConfigured(f"{_named('EXPLORED')} must be 0 or more.")
    for name in (
        *("threads", "top_k", "max_attempts", "exact_below"),
        *("lease_s", "sweep_s", "beat_s", "stale_s", "task_timeout_s"),
    ):
        if getattr(checked, name) < 1:
            raise ImproperlyConfigured(f"{_named(name.upper())} must be 1 or more.")


def _named(key: str) -> str:
    return f'MATCHING["{key}"] (environment: MATCHING_{key})'
