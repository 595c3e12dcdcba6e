"""The people's side of lost and found: posts, photographs, places, notifications."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LostFoundConfig(AppConfig):
    """Loads no model and opens no file."""

    name = "lostfound"
    verbose_name = _("Lost and found")

    def ready(self) -> None:
        """Register the system checks."""
        from lostfound import checks  # noqa: F401
