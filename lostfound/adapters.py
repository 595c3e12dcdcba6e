"""Adapters that extend allauth's sign-up and sign-in."""

from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from lostfound.models import User

MAY_REVIEW: Final = "matching.change_match"
OFFICE_APPS: Final = ("lostfound", "matching")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Stores the language of the sign-up, and chooses the first page after signing in."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Reviewers start at the desk, other staff at the list of posts, everybody else at home."""
        person = request.user
        if person.is_staff and person.has_perm(MAY_REVIEW):
            return reverse("admin:matching_match_desk")
        if person.is_staff and any(person.has_module_perms(app) for app in OFFICE_APPS):
            return reverse("admin:index")
        home: str = super().get_login_redirect_url(request)
        return home

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """See allauth; called for both pages and the API."""
        spoken = (get_language() or settings.LANGUAGE_CODE).partition("-")[0]
        if spoken in dict(settings.LANGUAGES):
            user.language = spoken
        saved: User = super().save_user(request, user, form, commit)
        return saved
