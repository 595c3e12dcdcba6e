"""`manage.py download_model`: downloads a checkpoint, or checks an existing one."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any, Final

import numpy as np
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.module_loading import import_string
from PIL import Image

from matching.conf import BUNDLED, MatchingSettings, matching_settings
from matching.encoders.base import CLIP_ENCODER, SENTENCE_ENCODER
from matching.encoders.checkpoint import (
    DESCRIBING_FILES,
    HUB_ID,
    WEIGHT_FILES,
    EncoderUnavailable,
    cache_dir,
    checkpoint_folder,
)
from matching.encoders.sentence_files import SENTENCE_FILES, sentence_folder

SAMPLE_TEXT: Final = "도서관 2층에서 검은색 가죽 지갑을 잃어버렸습니다. Black leather wallet."
SAMPLE_SIZE_PX: Final = (640, 480)


class Command(BaseCommand):
    """Downloads a checkpoint if needed, and checks it with one text and one photograph."""

    help = (
        "Downloads a CLIP or SigLIP checkpoint from the hub, or checks a local folder (without ID: "
        "the model of the settings), by encoding one text and one photograph."
    )

    # Needs no database and no pages, and has to work before the rest is set up.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """The checkpoint and its revision."""
        parser.add_argument(
            "model",
            nargs="?",
            metavar="ID",
            help=f'hub id such as Bingsu/clip-vit-large-patch14-ko, folder, or "{BUNDLED}"',
        )
        parser.add_argument(
            "--text",
            action="store_true",
            help="the model is a second encoder for texts, for MATCHING_TEXT_MODEL",
        )
        parser.add_argument("--revision", help="branch, tag or commit (default: main)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Download if the model is on the hub, then load, encode and report."""
        configured = matching_settings()
        if options["text"]:
            self._handle_text(configured, options["model"] or configured.text_model)
            return
        model = options["model"] or configured.model
        own_revision = configured.revision if model == configured.model else ""
        wanted = replace(configured, model=model, revision=options["revision"] or own_revision)
        if _is_on_hub(wanted):
            self._download(wanted)
        self._check(wanted)
        if model != configured.model:
            self.stdout.write(f"To use it, set MATCHING_MODEL={model} in the environment.")

    def _handle_text(self, configured: MatchingSettings, model: str) -> None:
        if not model:
            raise CommandError("Name a model, such as nlpai-lab/KURE-v1.")
        wanted = replace(configured, model=model, text_model=model, revision="")
        if _is_on_hub(wanted):
            self._download(wanted, SENTENCE_FILES)
        try:
            encoder, load_s = _timed(lambda: import_string(SENTENCE_ENCODER)(wanted))
        except EncoderUnavailable as error:
            raise CommandError(str(error)) from error
        _, text_s = _timed(lambda: encoder.encode_texts([SAMPLE_TEXT]))
        for label, value in (
            ("Model", model),
            ("Fingerprint", encoder.fingerprint),
            ("Dimension", encoder.dim),
            ("Pooling", encoder.reading.pooling),
            ("Prefix", repr(encoder.reading.prefix)),
            ("Loading", f"{load_s:.2f} s"),
            ("One text", f"{text_s * 1000:.0f} ms"),
        ):
            self.stdout.write(f"{label + ':':<16}{value}")
        self.stdout.write(self.style.SUCCESS("The model works."))
        if model != configured.text_model:
            self.stdout.write(f"To use it, set MATCHING_TEXT_MODEL={model} in the environment.")

    def _download(self, wanted: MatchingSettings, further: Sequence[str] = ()) -> None:
        from huggingface_hub import snapshot_download

        # The hub's logger prints its warnings itself; the project's handlers would repeat them.
        logging.getLogger("huggingface_hub").propagate = False
        self.stdout.write(f"Downloading {wanted.model}")
        try:
            snapshot_download(
                wanted.model,
                revision=wanted.revision or None,
                cache_dir=cache_dir(wanted),
                allow_patterns=[*_needed_files(wanted), *further],
            )
        except CommandError:
            raise
        except Exception as error:
            reason = _download_failure(wanted, error)
            try:
                folder = sentence_folder(wanted) if further else checkpoint_folder(wanted)
            except EncoderUnavailable:
                raise CommandError(reason) from error
            self.stderr.write(f"{reason}\nChecking the copy in {folder}.")

    def _check(self, wanted: MatchingSettings) -> None:
        try:
            encoder, load_s = _timed(lambda: import_string(CLIP_ENCODER)(wanted))
        except EncoderUnavailable as error:
            raise CommandError(str(error)) from error
        noise = np.random.default_rng(0).integers(0, 256, (*SAMPLE_SIZE_PX[::-1], 3), np.uint8)
        _, text_s = _timed(lambda: encoder.encode_texts([SAMPLE_TEXT]))
        _, image_s = _timed(lambda: encoder.encode_images([Image.fromarray(noise)]))
        for label, value in (
            ("Model", wanted.model),
            ("Type", encoder.model_type),
            ("Fingerprint", encoder.fingerprint),
            ("Dimension", encoder.dim),
            ("Parameters", f"{encoder.n_parameters:,}"),
            ("Folder", encoder.folder),
            ("Device", f"{wanted.device}, {wanted.precision}, {wanted.threads} thread(s)"),
            ("Loading", f"{load_s:.2f} s"),
            ("One text", f"{text_s * 1000:.0f} ms"),
            ("One photograph", f"{image_s * 1000:.0f} ms"),
        ):
            self.stdout.write(f"{label + ':':<16}{value}")
        self.stdout.write(self.style.SUCCESS("The model works."))


def _is_on_hub(wanted: MatchingSettings) -> bool:
    if wanted.model == BUNDLED or not HUB_ID.fullmatch(wanted.model):
        return False
    return not (settings.BASE_DIR / wanted.model).is_dir()


def _needed_files(wanted: MatchingSettings) -> list[str]:
    """The files that the encoder reads: no other framework's weights, safetensors if possible."""
    from huggingface_hub import HfApi

    listed = HfApi().list_repo_files(wanted.model, revision=wanted.revision or None)
    top = [name for name in listed if len(PurePosixPath(name).parts) == 1]
    for weights in WEIGHT_FILES:
        stem, suffix = weights.rsplit(".", 1)
        files = [name for name in top if name == weights or name == f"{weights}.index.json"]
        files += [name for name in top if name.startswith(f"{stem}-") and name.endswith(suffix)]
        if files:
            return [*files, *(name for name in top if name in DESCRIBING_FILES)]
    raise CommandError(
        f"{wanted.model} has no weights that the encoder can read ({' or '.join(WEIGHT_FILES)}). "
        "Choose a checkpoint made for transformers."
    )


def _download_failure(wanted: MatchingSettings, error: Exception) -> str:
    from huggingface_hub.errors import (
        GatedRepoError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    if isinstance(error, GatedRepoError):
        advice = "Accept its terms on its page, then sign in with `hf auth login`."
    elif isinstance(error, RepositoryNotFoundError):
        advice = "Check the id; for a private model sign in with `hf auth login`."
    elif isinstance(error, RevisionNotFoundError):
        advice = f"It has no revision {wanted.revision!r}; check --revision."
    else:
        advice = (
            "Check the network and the free disk space and run the command again (it resumes where "
            "it stopped), or copy the folder from another machine and pass its path."
        )
    cause = (str(error).strip().splitlines() or [""])[0]
    cause = f"{type(error).__name__}: {cause.rstrip('.')}"
    return f"{wanted.model} was not downloaded: {cause}. {advice}"


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    return work(), time.perf_counter() - started
