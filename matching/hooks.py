"""Requests a post's matching whenever the post changes."""

from lostfound.hooks import post_changed
from matching.services.outbox import request_matching


def register() -> None:
    """Register for changes of posts when the apps are loaded; calling it twice is harmless."""
    if request_matching not in post_changed:
        post_changed.append(request_matching)
