"""Matching of lost and found posts."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    """Connects the one signal receiver; never loads a model."""

    name = "matching"
    verbose_name = _("Matching")

    def ready(self) -> None:
        """Register the receiver and the system checks."""
        from matching import checks, signals  # noqa: F401
