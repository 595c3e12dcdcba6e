"""What other apps want to hear of posts; the services call it by name. Must not import services."""

from collections.abc import Callable
from typing import Final

from lostfound.models import Post

PostHook = Callable[[Post], None]

# An app adds its callables in `ready()`; they run in this order.
post_changed: Final[list[PostHook]] = []


def report_post_change(post: Post) -> None:
    """Call every hook with a post that was saved; a service calls this once, when all is written.

    A changed photograph counts as a change of its post. Call it in the transaction that changes
    the post: a hook writes in the same one, and what it raises takes the change back.
    """
    for hook in post_changed:
        hook(post)
