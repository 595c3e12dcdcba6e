"""Addresses that have moved."""

from django.urls import URLPattern, path
from django.views.generic import RedirectView


def redirects(before: str, now: str) -> list[URLPattern]:
    """Lead bookmarks of an earlier version to where everything below an address is now."""
    return [
        path(before, RedirectView.as_view(url=now, query_string=True)),
        path(f"{before}<path:rest>", RedirectView.as_view(url=f"{now}%(rest)s", query_string=True)),
    ]
