"""Which rows of a file are here already, brought in by the reader or lately by a colleague."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.models import DeletedPost, Post, User
from lostfound.spreadsheets.row import Row

LATELY: Final = timedelta(days=90)  # a colleague's equal row of long ago is another thing


def mark_known(rows: Iterable[Row], actor: User) -> None:
    """Tell the rows apart that became posts before, by their number or by what they say."""
    _mark_numbered(rows)
    fine = {row.sent_as: row for row in rows if row.is_new}
    by_colleague = ~Q(author=actor) & Q(created_at__gte=timezone.now() - LATELY)
    brought_in = Post.objects.filter(sent_as__in=fine).filter(Q(author=actor) | by_colleague)
    for post in brought_in.order_by("-pk"):  # of several the first
        fine[post.sent_as].known = post
    gone = DeletedPost.objects.filter(author=actor, sent_as__in=fine)
    for sent_as in gone.values_list("sent_as", flat=True):
        if fine[sent_as].known is None:
            fine[sent_as].errors.append(_("It was brought in before, and deleted since."))


def _mark_numbered(rows: Iterable[Row]) -> None:
    # Other numbers belong to somebody else's list.
    called = {row.number: Post.called(row.said.get("number", "")) for row in rows}
    wanted: dict[str, list[int | UUID]] = {"pk": [], "public_id": []}
    for name, value in filter(None, called.values()):
        wanted[name].append(value)
    here: dict[tuple[str, int | UUID] | None, Post] = {}
    for post in Post.objects.filter(Q(pk__in=wanted["pk"]) | Q(public_id__in=wanted["public_id"])):
        here |= {("pk", post.pk): post, ("public_id", post.public_id): post}
    for row in rows:
        if known := here.get(called[row.number]):
            # Whatever else it says: it is changed on its page, not by a file.
            row.known = known
            row.errors = []
