"""Other open posts with the same category and colour, to show how common the thing is."""

from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from operator import or_
from typing import Any, Final

from django.db.models import Count, Q, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from lostfound.models import Post

SHOWN: Final = 8


@dataclass(frozen=True)
class LookAlikes:
    """Open posts that share a category and a colour with one of a pair.

    Attributes:
        kind: lost or found.
        words: a description, such as "white earphone case".
        posts: the newest ones: recent arrivals are most often confused.
    """

    kind: str
    count: int
    words: str
    posts: list[Post]
    url: str


def look_alikes(*posts: Post) -> list[LookAlikes]:
    """For each post, open posts of the same kind, category and colour, if there are any.

    One query, without photographs: a page loads all of its photographs together.

    Args:
        posts: at most one of each kind.
    """
    by_kind = {post.kind: post for post in posts if post.category_id is not None}
    if not by_kind:
        return []
    alike = (
        Post.objects.open()
        .filter(reduce(or_, map(_fits, by_kind.values())))
        .annotate(
            place=Window(RowNumber(), partition_by="kind", order_by=("-created_at", "-pk")),
            count=Window(Count("pk"), partition_by="kind"),
        )
        .filter(place__lte=SHOWN)
        .select_related("office", "item__place")
        .defer("description", "facts_without_item")  # long, and not shown
        .order_by("kind", "place")
    )
    found: dict[str, list[Any]] = {
        kind: list(rows) for kind, rows in groupby(alike, key=lambda post: post.kind)
    }
    return [
        LookAlikes(kind, found[kind][0].count, _words(post), found[kind], _url(post))
        for kind, post in by_kind.items()
        if kind in found
    ]


def _fits(post: Post) -> Q:
    same_kind = Q(kind=post.kind, category=post.category_id) & ~Q(pk=post.pk)
    return same_kind & Q(colour=post.colour) if post.colour else same_kind


def _url(post: Post) -> str:
    """The list of posts filtered to the others and this one."""
    facts = {"kind__exact": post.kind, "status__exact": Post.Status.OPEN}
    facts["category__id__exact"] = str(post.category_id)
    if post.colour:
        facts["colour__exact"] = post.colour
    return f"{reverse('admin:lostfound_post_changelist')}?{urlencode(facts)}"


def _words(post: Post) -> str:
    assert post.category is not None
    if not post.colour:
        return post.category.name
    return _("%(colour)s %(thing)s") % {"colour": post.colour_name, "thing": post.category.name}
