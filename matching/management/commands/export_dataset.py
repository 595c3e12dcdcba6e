"""`manage.py export_dataset FILE.npz`: exports this site as a benchmark dataset."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from matching.encoders.base import EncoderUnavailable, current_fingerprint
from matching.evaluation.export import site_dataset
from matching.services.profiles import ensure_profile


class Command(BaseCommand):
    """Writes an anonymous file: vectors and numbers only, no text, photographs or accounts."""

    help = (
        "Exports this site's posts and confirmed matches to a file for evaluate_matching --dataset."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the file to write, ending in .npz")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if path.suffix != ".npz":
            raise CommandError(f"{path}: the name must end in .npz.")
        try:
            dataset = site_dataset(ensure_profile(current_fingerprint()))
            dataset.save(path)
        except (EncoderUnavailable, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{path}: {len(dataset.text_lost)} lost, {len(dataset.text_found)} found, "
            f"{len(dataset.pair_lost)} confirmed pairs"
        )
        if not len(dataset.pair_lost):
            self.stdout.write("No match is confirmed yet, so the file cannot measure anything.")
