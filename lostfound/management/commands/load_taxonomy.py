"""`manage.py load_taxonomy`: loads categories and places from the campus files."""

from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from lostfound.data.campus_files import (
    CAMPUS_FILE,
    TAXONOMY_FILE,
    CampusFileError,
    read_campus,
    read_taxonomy,
)
from lostfound.services.campus_import import load_campus


class Command(BaseCommand):
    """Adds what is missing; the files overwrite edits made in the admin only on request."""

    help = "Load categories and places from lostfound/data/taxonomy.toml and campus.toml."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The files, and whether they win over edits."""
        parser.add_argument("--taxonomy", type=Path, default=TAXONOMY_FILE, metavar="FILE")
        parser.add_argument("--campus", type=Path, default=CAMPUS_FILE, metavar="FILE")
        who_wins = parser.add_mutually_exclusive_group()
        who_wins.add_argument(
            "--keep-edits", action="store_true", help="only add what is missing (the default)"
        )
        who_wins.add_argument(
            "--overwrite",
            action="store_true",
            help="overwrite existing rows with the files' values",
        )
        parser.add_argument(
            "--retire",
            action="store_true",
            help="remove rows that are not in the files from the forms",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Validate both files before writing anything."""
        try:
            files = {
                "categories": read_taxonomy(options["taxonomy"]),
                "places": read_campus(options["campus"]),
            }
        except CampusFileError as error:
            raise CommandError(str(error)) from error
        for subject, entries in files.items():
            counts = load_campus(
                entries,
                partial(apps.get_model, "lostfound"),
                overwrite=options["overwrite"],
                retire=options["retire"],
            )
            summary = ", ".join(f"{number} {what}" for what, number in sorted(counts.items()))
            self.stdout.write(f"{subject}: {summary}")
