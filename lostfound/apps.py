"""The people's side of lost and found: posts, photographs, places, notifications."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class LostFoundConfig(AppConfig):
    """Loads no model and opens no file."""

    name = "lostfound"
    verbose_name = _("Lost and found")

    def ready(self) -> None:
        """Register the system checks."""
        from lostfound import checks  # noqa: F401


class OfficeAdminConfig(admin_apps.AdminConfig):
    """Django's admin with the office's own site."""

    default = False  # of this module, `lostfound` itself
    default_site = "lostfound.infra.admin_site.OfficeSite"

    def ready(self) -> None:
        """Find what is registered, and name what others have registered."""
        super().ready()
        from lostfound.infra.admin_site import name_other_apps

        name_other_apps()
