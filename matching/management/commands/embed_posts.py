"""`manage.py embed_posts`: embeds what is missing, such as after a change of the model."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from matching.encoders.base import EncoderUnavailable, current_fingerprint
from matching.services import embed_backlog, missing_posts


class Command(BaseCommand):
    """Embeds open posts in batches; may run beside the worker, and several times at once."""

    help = (
        "Embeds the words and photographs of open posts that have no vectors, many at once. The "
        "worker then matches them. Ctrl-C or SIGTERM stops it after the forward that is running; "
        "the same command goes on from there."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Plan, embed, report."""
        try:
            post_ids = missing_posts(current_fingerprint())
            if not post_ids:
                self.stdout.write("Nothing is missing: every open post has its vectors.")
                return
            with (
                _stop_flag() as stopped_by,
                tqdm(total=len(post_ids), desc="MatchingJob", unit="post") as bar,
            ):
                report = embed_backlog(
                    post_ids, is_stopped=lambda: bool(stopped_by), progress=bar.update
                )
        except EncoderUnavailable as error:
            raise CommandError(f"Posts wait, and nothing is lost. {error}") from error
        told = f"{report.embedded} of {len(post_ids)} posts embedded"
        if report.left:
            told += f", {report.left} taken by others or changed meanwhile"
        if report.failed:
            told += f", {report.failed} failed (see Embeddings in the admin)"
        if stopped_by:
            raise CommandError(
                f"Stopped: {told}. The same command goes on from there.",
                returncode=128 + stopped_by[0],
            )
        self.stdout.write(self.style.SUCCESS(f"{told}. The worker matches them."))


@contextmanager
def _stop_flag() -> Iterator[list[int]]:
    """Holds the number of the signal that asked to stop; a second one does not wait."""
    stopped_by: list[int] = []
    before: dict[signal.Signals, Any] = {}

    def stop(number: int, frame: FrameType | None) -> None:
        stopped_by.append(number)
        for each, handler in before.items():
            signal.signal(each, handler)

    for asked in (signal.SIGINT, signal.SIGTERM):
        before[asked] = signal.signal(asked, stop)
    try:
        yield stopped_by
    finally:
        for asked, handler in before.items():
            signal.signal(asked, handler)
