"""Other open things of the same kind and colour: how common what is compared is."""

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
    """Open posts that a category and a colour fit as well.

    Attributes:
        kind: lost or found.
        words: what they are, such as "white earphone case".
        posts: the newest of them: what came in lately is most often mixed up.
    """

    kind: str
    count: int
    words: str
    posts: list[Post]
    url: str


def look_alikes(*posts: Post) -> list[LookAlikes]:
    """Of each post, the open ones of its side, category and colour, where there are any.

    In one query, and without the photographs: a page reads those together with all others.

    Args:
        posts: at most one of each kind.
    """
    asked = {post.kind: post for post in posts if post.category_id is not None}
    if not asked:
        return []
    alike = (
        Post.objects.open()
        .filter(reduce(or_, map(_fits, asked.values())))
        .annotate(
            place=Window(RowNumber(), partition_by="kind", order_by=("-created_at", "-pk")),
            count=Window(Count("pk"), partition_by="kind"),
        )
        .filter(place__lte=SHOWN)
        .select_related("office")
        .defer("description", "hidden_facts")  # long, and not shown
        .order_by("kind", "place")
    )
    found: dict[str, list[Any]] = {
        kind: list(rows) for kind, rows in groupby(alike, key=lambda post: post.kind)
    }
    return [
        LookAlikes(kind, found[kind][0].count, _words(post), found[kind], _url(post))
        for kind, post in asked.items()
        if kind in found
    ]


def _fits(post: Post) -> Q:
    same_kind = Q(kind=post.kind, category=post.category_id) & ~Q(pk=post.pk)
    return same_kind & Q(colour=post.colour) if post.colour else same_kind


def _url(post: Post) -> str:
    """The list of posts, with the others and this one."""
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
