"""What matching does when a post changes: it asks for the post's matching."""

from lostfound.hooks import post_changed
from matching.services.outbox import request_matching


def register() -> None:
    """Hear of changed posts; called when the apps are loaded, and harmless a second time."""
    if request_matching not in post_changed:
        post_changed.append(request_matching)
