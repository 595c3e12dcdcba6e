"""Removes files that no photograph points at."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand

from lostfound.services.orphan_files import missing_files, orphan_files, remove_files

SHOWN = 20


class Command(BaseCommand):
    """Lists first; removes only with --delete."""

    help = "List files that no photograph points at; with --delete, remove them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to remove, and how young a file is left alone."""
        parser.add_argument("--delete", action="store_true", help="remove them")
        parser.add_argument(
            "--min-age-hours",
            type=float,
            default=24.0,
            help="leave younger files alone, an upload may be under way (24)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what is there, and what was done."""
        names = orphan_files(min_age=timedelta(hours=options["min_age_hours"]))
        for name in names[:SHOWN]:
            self.stdout.write(f"  {name}")
        if len(names) > SHOWN:
            self.stdout.write(f"  ... and {len(names) - SHOWN} more")
        if options["delete"]:
            remove_files(names)
            self.stdout.write(f"Removed {len(names)} files.")
        else:
            self.stdout.write(f"Found {len(names)} files; --delete removes them.")
        for name in missing_files():
            self.stderr.write(f"Missing: {name}")
