"""`manage.py erase`: erases what has been kept for its period."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from lostfound.infra.scrubbing import scrub_database
from lostfound.services.erasing import erase_due


class Command(BaseCommand):
    """Erases, or with --dry-run says how much is due."""

    help = "Erase personal data whose period has ended; the worker does that daily, too."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to only count."""
        parser.add_argument("--dry-run", action="store_true", help="only count what is due")

    def handle(self, *args: Any, **options: Any) -> None:
        """Erase, clean the file of a SQLite database, and print how many of each sort."""
        dry_run = options["dry_run"]
        counts = erase_due(dry_run=dry_run)
        if not dry_run:
            scrub_database()
        for name, count in counts.items():
            self.stdout.write(f"{name}: {count}")
        self.stdout.write("Nothing was erased." if dry_run else "Erased.")
