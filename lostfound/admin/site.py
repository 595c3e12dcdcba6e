"""Names of the admin site, its door, and the order of what is in it."""

from typing import Any, Final

from allauth.account.decorators import secure_admin_login
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from lostfound.infra import queue
from lostfound.models import User

# What the office works with every day comes before accounts and the queue.
FIRST_APPS: Final = ("matching", "lostfound", "auth")

# Names that other applications leave in English, or say badly.
APP_NAMES: Final = {"mfa": _("Second factor"), queue.APP_LABEL: _("Queue")}
MODEL_NAMES: Final[dict[type[Model], tuple[Any, Any]]] = {
    User: (_("person"), _("people")),  # Django's own Korean plural reads "user(s)"
    Authenticator: (_("second factor"), _("second factors")),
    UserSession: (_("signed-in device"), _("signed-in devices")),
    queue.PlannedTask: (_("planned task"), _("planned tasks")),
    queue.SucceededTask: (_("task that ended well"), _("tasks that ended well")),
    queue.FailedTask: (_("task that failed"), _("tasks that failed")),
    queue.WaitingTask: (_("task that waits"), _("tasks that wait")),
}
FIELD_NAMES: Final[dict[type[Model], dict[str, Any]]] = {
    UserSession: {
        "user": _("person"),
        "created_at": _("signed in"),
        "last_seen_at": _("last seen"),
        "ip": _("address"),
        "user_agent": _("browser"),
    },
    Authenticator: {
        "user": _("person"),
        "type": _("kind"),
        "created_at": _("added"),
        "last_used_at": _("last used"),
    },
}
for _label, _name in APP_NAMES.items():
    apps.get_app_config(_label).verbose_name = _name
for _model, (_one, _many) in MODEL_NAMES.items():
    _model._meta.verbose_name, _model._meta.verbose_name_plural = _one, _many
for _model, _fields in FIELD_NAMES.items():
    for _field, _name in _fields.items():
        _model._meta.get_field(_field).verbose_name = _name  # type: ignore[union-attr]

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
