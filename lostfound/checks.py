"""System checks of the people's side, for the production profile."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

from lostfound.media.masking import is_available

SILENT_BACKENDS = ("console", "dummy", "locmem", "filebased")


@register(Tags.security, deploy=True)
def check_site_url(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Check that links in e-mails lead to the site."""
    url = urlsplit(settings.SITE_URL)
    problems = []
    if url.hostname in (None, "localhost", "127.0.0.1", "::1"):
        problems.append(f"SITE_URL is {settings.SITE_URL!r}: links in e-mails lead nowhere.")
    elif settings.HTTPS and url.scheme != "https":
        problems.append(f"SITE_URL is {settings.SITE_URL!r}, but the site is served over HTTPS.")
    return [
        Warning(problem, hint="Set SITE_URL to the site's address.", id="lostfound.W001")
        for problem in problems
    ]


@register(Tags.security, deploy=True)
def check_mail(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Check that e-mails are sent and not just logged."""
    if not any(f".{name}." in settings.EMAIL_BACKEND for name in SILENT_BACKENDS):
        return []
    return [
        Warning(
            f"EMAIL_BACKEND is {settings.EMAIL_BACKEND!r}: nobody receives e-mails.",
            hint="Set EMAIL_BACKEND=django.core.mail.backends.smtp.EmailBackend and EMAIL_HOST.",
            id="lostfound.W002",
        )
    ]


@register(Tags.security, deploy=True)
def check_masking(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Check that photographs can be masked."""
    if is_available():
        return []
    return [
        Warning(
            "Photographs of wallets, phones and things without a category cannot be masked, so "
            "they are neither shown nor compared until staff have looked at each.",
            hint="Run pip install -c constraints.txt -e '.[mask]' where the worker runs.",
            id="lostfound.W003",
        )
    ]
