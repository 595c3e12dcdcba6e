"""`manage.py embed_posts`: embeds posts in bulk, such as after a change of the model."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from matching.encoders.base import (
    EncoderUnavailable,
    current_fingerprint,
    current_text_fingerprint,
)
from matching.services import embed_backlog, forget_vectors, missing_posts


class Command(BaseCommand):
    """Embeds open posts in batches; safe to run next to the worker, and several at a time."""

    help = (
        "Embeds texts and photographs of all open posts that lack embeddings, in batches. The "
        "worker then matches them. Ctrl-C or SIGTERM stops it after the current batch; run it "
        "again to resume."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """`--anew`."""
        parser.add_argument(
            "--anew",
            action="store_true",
            help="First delete all vectors of the configured models, such as after a library "
            "prepares inputs differently; posts have no suggestions until they are embedded.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Plan, embed and report, until done or stopped."""
        try:
            if options["anew"]:
                fingerprints = filter(None, (current_fingerprint(), current_text_fingerprint()))
                deleted = sum(map(forget_vectors, list(fingerprints)))
                self.stdout.write(f"{deleted} vectors deleted.")
            post_ids = missing_posts(current_fingerprint())
            if not post_ids:
                self.stdout.write("Nothing to do: every open post has its embeddings.")
                return
            with (
                _stop_flag() as stopped_by,
                tqdm(total=len(post_ids), desc="Embedding", unit="post") as bar,
            ):
                report = embed_backlog(
                    post_ids, is_stopped=lambda: bool(stopped_by), progress=bar.update
                )
        except EncoderUnavailable as error:
            raise CommandError(f"The posts stay queued and nothing is lost. {error}") from error
        summary = f"{report.embedded} of {len(post_ids)} posts embedded"
        if report.left:
            summary += f", {report.left} taken by other processes or changed in the meantime"
        if report.failed:
            summary += f", {report.failed} failed (see Matching jobs in the admin)"
        if stopped_by:
            raise CommandError(
                f"Stopped: {summary}. Run the command again to resume.",
                returncode=128 + stopped_by[0],
            )
        self.stdout.write(self.style.SUCCESS(f"{summary}. The worker matches them."))


@contextmanager
def _stop_flag() -> Iterator[list[int]]:
    """Yields a list that gets the number of the stopping signal; a second one acts at once."""
    stopped_by: list[int] = []
    before: dict[signal.Signals, Any] = {}

    def stop(number: int, frame: FrameType | None) -> None:
        stopped_by.append(number)
        for each, handler in before.items():
            signal.signal(each, handler)

    for number in (signal.SIGINT, signal.SIGTERM):
        before[number] = signal.signal(number, stop)
    try:
        yield stopped_by
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
