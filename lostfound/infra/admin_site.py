"""The admin site: titles, sign-in, and the order and names of its apps and models.

Not in the package `admin`, because registering anything there loads this first.
"""

from typing import Any, Final

from allauth.account.decorators import secure_admin_login
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from lostfound.infra import queue
from lostfound.models import User

# The office's daily work comes before accounts and the queue.
FIRST_APPS: Final = ("matching", "lostfound", "auth")

# Better names for parts of third-party apps, some of which are untranslated.
APP_NAMES: Final = {"mfa": _("Second factor"), queue.APP_LABEL: _("Queue")}
MODEL_NAMES: Final[dict[type[Model], tuple[Any, Any]]] = {
    User: (_("person"), _("people")),  # Django's own Korean plural reads "user(s)"
    Authenticator: (_("second factor"), _("second factors")),
    UserSession: (_("signed-in device"), _("signed-in devices")),
    queue.PlannedTask: (_("scheduled task"), _("scheduled tasks")),
    queue.SucceededTask: (_("successful task"), _("successful tasks")),
    queue.FailedTask: (_("failed task"), _("failed tasks")),
    queue.WaitingTask: (_("waiting task"), _("waiting tasks")),
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


class OfficeSite(admin.AdminSite):
    """Django's admin site behind the same sign-in as all other pages."""

    site_header = _("Campus lost and found: office")
    site_title = _("Lost-and-found office")
    index_title = _("To do")

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Redirect to the common sign-in, so that its limits and second factor apply here, too."""
        response: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return response

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Put the office's daily work first."""
        rank = {label: place for place, label in enumerate(FIRST_APPS)}
        listed = super().get_app_list(request, app_label)
        return sorted(listed, key=lambda app: rank.get(app["app_label"], len(rank)))


def name_other_apps() -> None:
    """Rename parts of third-party apps."""
    for label, name in APP_NAMES.items():
        apps.get_app_config(label).verbose_name = name
    for model, (one, many) in MODEL_NAMES.items():
        model._meta.verbose_name, model._meta.verbose_name_plural = one, many
    for model, fields in FIELD_NAMES.items():
        for field, name in fields.items():
            model._meta.get_field(field).verbose_name = name  # type: ignore[union-attr]
