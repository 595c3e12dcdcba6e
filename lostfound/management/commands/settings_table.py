"""`manage.py settings_table`: writes docs/settings.md from the declarations in the settings."""

from importlib import import_module
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand

from lostfound.infra.environment import settings_page

PAGE: Final = Path("docs", "settings.md")


class Command(BaseCommand):
    """Overwrites docs/settings.md."""

    help = "Write docs/settings.md: every setting with its default, unit and description."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the page and print its path."""
        declared = import_module(settings.SETTINGS_MODULE).env.declared
        (settings.BASE_DIR / PAGE).write_text(settings_page(declared), encoding="utf-8")
        self.stdout.write(f"Wrote {PAGE}: {len(declared)} settings.")
