"""manage.py verify_custody: whether the custody chains are as they were written."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from lostfound.models import item_codes
from lostfound.services.items.verifying import verify_custody

BROKEN, UNREADABLE = 1, 2


class Command(BaseCommand):
    """Verify the custody chains and seals; exits with 1 if one is broken, 2 if none can be read."""

    help = "Verify the custody chains of things, and the daily seals."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One thing, or a seal that was published."""
        parser.add_argument("--item", default="", help="code of one thing, such as 7KQ2-M9XD")
        parser.add_argument("--against", default="", help="file with a seal as it was mailed")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the result, and one line for each chain that is broken."""
        published = ""
        if options["against"]:
            try:
                published = Path(options["against"]).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                self.stderr.write(f"The seal could not be read: {error}")
                sys.exit(UNREADABLE)
        code = item_codes.plain(options["item"])
        result = verify_custody(code=code, published=published)
        if code and not result.chains:
            self.stderr.write("There is no thing with this code.")
            sys.exit(UNREADABLE)
        for broken in result.breaks:
            where = item_codes.grouped(broken.name) if broken.seq else broken.name
            self.stderr.write(f"{where} #{broken.seq}: {broken.why}")
        chains = f"{result.chains} chain{'' if result.chains == 1 else 's'}"
        verdict = "BROKEN" if result.breaks else "sound"
        self.stdout.write(
            f"{chains}, {result.events} events, {result.erased} with erased details, "
            f"{result.seals} seals: {verdict}."
        )
        if result.breaks:
            sys.exit(BROKEN)
