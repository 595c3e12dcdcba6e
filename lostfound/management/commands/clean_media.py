"""`manage.py clean_media`: removes orphaned photograph files."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand

from lostfound.services.orphan_files import missing_files, orphan_files, remove_files

SHOWN = 20


class Command(BaseCommand):
    """Lists orphaned files; removes them only with --delete."""

    help = "List files that belong to no photograph; with --delete, remove them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to remove files, and the minimum age."""
        parser.add_argument("--delete", action="store_true", help="remove the files")
        parser.add_argument(
            "--min-age-hours",
            type=float,
            default=24.0,
            help="keep younger files, an upload may be in progress (24)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """List the files, remove them if requested, and report missing ones."""
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
