"""Matching of lost and found posts."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    """Registers matching's hooks and checks; never loads a model."""

    name = "matching"
    verbose_name = _("Matching")

    def ready(self) -> None:
        """Register the hooks, the system checks, and the triggers that `migrate` installs."""
        from matching import checks, hooks  # noqa: F401
        from matching.index.triggers import after_migrate

        hooks.register()
        post_migrate.connect(after_migrate, sender=self, dispatch_uid="matching.index_triggers")
