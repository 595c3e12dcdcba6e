"""Names of the admin site, its door, and the order of what is in it."""

from typing import Any, Final

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

# What the office works with every day comes before accounts and the queue.
FIRST_APPS: Final = ("matching", "lostfound", "auth")

admin.site.site_header = _("Campus lost and found: office")
admin.site.site_title = _("Lost-and-found office")
admin.site.index_title = _("What needs doing")
# One sign-in for everybody, so that its limits and the second factor hold here too.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

_all_apps = admin.site.get_app_list


def _office_first(*args: Any, **kwargs: Any) -> list[Any]:
    apps = _all_apps(*args, **kwargs)
    rank = {label: place for place, label in enumerate(FIRST_APPS)}
    return sorted(apps, key=lambda app: rank.get(app["app_label"], len(rank)))


admin.site.get_app_list = _office_first  # type: ignore[method-assign]
