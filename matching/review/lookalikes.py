"""Other open things of the same kind and colour: how common what is compared is."""

from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from lostfound.models import Post

SHOWN: Final = 8


@dataclass(frozen=True)
class LookAlikes:
    """Open posts that a category and a colour fit as well.

    Attributes:
        kind: lost or found.
        words: what they are, such as "white earphone case".
    """

    kind: str
    count: int
    words: str
    posts: list[Post]
    url: str


def look_alikes(post: Post) -> LookAlikes | None:
    """Open posts of the same side, category and colour; None where there are none."""
    if post.category_id is None:
        return None
    others = Post.objects.open().filter(kind=post.kind, category=post.category_id)
    facts = {"kind__exact": post.kind, "status__exact": Post.Status.OPEN}
    facts["category__id__exact"] = str(post.category_id)
    if post.colour:
        others = others.filter(colour=post.colour)
        facts["colour__exact"] = post.colour
    others = others.exclude(pk=post.pk)
    count = others.count()
    if not count:
        return None
    url = f"{reverse('admin:lostfound_post_changelist')}?{urlencode(facts)}"
    return LookAlikes(post.kind, count, _words(post), _nearest(others), url)


def _words(post: Post) -> str:
    assert post.category is not None
    if not post.colour:
        return post.category.name
    return _("%(colour)s %(thing)s") % {"colour": post.colour_name, "thing": post.category.name}


def _nearest(others: QuerySet[Post]) -> list[Post]:
    """The newest: what came in lately is most often mixed up."""
    return list(
        others.select_related("office")
        .prefetch_related("photos")
        .order_by("-created_at", "-pk")[:SHOWN]
    )
