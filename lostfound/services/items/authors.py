"""What the author of a found post may no longer do once the office has the thing."""

from lostfound.models import Item, Post, User
from lostfound.services.items.transitions import KeptByOffice

# Nobody has the thing yet, or it was a mistake.
STILL_THE_FINDERS = (Item.State.EXPECTED, Item.State.VOID)


def is_only_author(post: Post, actor: User | None) -> bool:
    """Whether the actor wrote the post and does not work for an office."""
    return actor is not None and actor.pk == post.author_id and not actor.is_staff


def refuse_author(post: Post, actor: User | None) -> None:
    """Only the office closes, reopens and deletes the post of a thing that it has received.

    Raises: KeptByOffice
    """
    item = post.kept_item
    if item is not None and item.state not in STILL_THE_FINDERS and is_only_author(post, actor):
        raise KeptByOffice
