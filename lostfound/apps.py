"""The people's side of lost and found: posts, photographs, places, notifications."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class LostFoundConfig(AppConfig):
    """The people's side."""

    name = "lostfound"
    verbose_name = _("Lost and found")

    def ready(self) -> None:
        """Register the system checks."""
        from lostfound import checks  # noqa: F401


class OfficeAdminConfig(admin_apps.AdminConfig):
    """Django's admin with `OfficeSite` as its site."""

    default = False  # LostFoundConfig is this module's default
    default_site = "lostfound.infra.admin_site.OfficeSite"

    def ready(self) -> None:
        """Discover registered models, then rename those of third-party apps."""
        super().ready()
        from lostfound.infra.admin_site import name_other_apps

        name_other_apps()
