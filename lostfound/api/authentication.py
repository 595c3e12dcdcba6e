"""Device tokens. An invalid one is an error, instead of making the caller anonymous."""

from typing import Any, Final

from allauth.account.adapter import get_adapter
from allauth.headless.contrib.rest_framework.authentication import XSessionTokenAuthentication
from allauth.usersessions.models import UserSession
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from lostfound.api import problem_types
from lostfound.services.consent import is_consent_missing
from lostfound.services.devices import note_device_use

HEADER = "X-Session-Token"
# Somebody who does not agree can still read the texts, take their data along and go.
WITHOUT_CONSENT: Final = ("/api/v1/legal/", "/api/v1/me/", "/api/v1/devices/")
MAX_USER_AGENT_CHARS: Final = UserSession._meta.get_field("user_agent").max_length


class ConsentNeeded(PermissionDenied):
    """The person has yet to agree to a text of the office."""

    status_code, default_code, default_detail = problem_types.CONSENT_NEEDED


class DeviceToken(XSessionTokenAuthentication):  # type: ignore[misc]
    """Authenticates by the token that allauth issued to the device; using it extends it."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The user and session of the token; None without one, so that a cookie is tried next.

        Raises: AuthenticationFailed, ConsentNeeded
        """
        token = request.headers.get(HEADER)
        if token is None:
            return None
        is_token = token.isascii() and token.isalnum()  # nothing else is looked up
        signed_in = super().authenticate(request) if is_token else None
        if signed_in is None or not signed_in[0].is_active:
            raise AuthenticationFailed(_("This token is invalid. Please sign in again."))
        user, session = signed_in
        if is_consent_missing(user) and not request.path.startswith(WITHOUT_CONSENT):
            raise ConsentNeeded
        note_device_use(
            user,
            session.session_key,
            ip=get_adapter().get_client_ip(request._request),
            user_agent=request.headers.get("User-Agent", "")[:MAX_USER_AGENT_CHARS],
        )
        return user, session

    def authenticate_header(self, request: Request) -> str:
        """Makes unauthenticated requests 401 rather than 403."""
        return f'{HEADER} realm="api"'


class DeviceTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The description of `DeviceToken` in the schema."""

    target_class = DeviceToken
    name = "deviceToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """An API key in a header."""
        return {"type": "apiKey", "in": "header", "name": HEADER}
