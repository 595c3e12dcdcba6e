"""Imports a file of found things: reads and validates its rows, then saves them one by one."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.models import DeletedPost, Post, User
from lostfound.services import DuplicateSubmission, Intake, submit_post
from lostfound.spreadsheets.parsing import raw_table
from lostfound.spreadsheets.validation import KnownNames, Row, checked_row


@dataclass(frozen=True)
class Table:
    """A file that has been read.

    Attributes:
        ignored: unknown headings, whose cells are not imported.
    """

    rows: list[Row]
    ignored: list[str]


def read_table(content: bytes, *, actor: User) -> Table:
    """The rows of a file, each validated separately.

    Args:
        actor: their office keeps things without a stated place; they may have imported rows before.

    Raises:
        FileRefused: the file is not such a table, or has no rows or too many.
    """
    raw = raw_table(content)
    office = actor.office if actor.office and actor.office.is_active else None
    names, seen = KnownNames(), Counter[str]()
    rows = [checked_row(number, raw.columns, cells, names, office) for number, cells in raw.lines]
    for row in rows:
        # Equal rows of a file are several things, so they are numbered. Line numbers cannot
        # identify them, as they change when the file is corrected.
        digest = row.digest()
        seen[digest] += 1
        row.idempotency_key = f"import-{digest}-{seen[digest]}"
    mark_known(rows, actor)
    return Table(rows, raw.ignored)


LATELY: Final = timedelta(
    days=90
)  # an equal row that a colleague imported earlier is another thing


def mark_known(rows: Iterable[Row], actor: User) -> None:
    """Mark rows that were imported before, recognised by their number or their contents."""
    _mark_numbered(rows)
    fine = {row.idempotency_key: row for row in rows if row.is_new}
    by_colleague = ~Q(author=actor) & Q(created_at__gte=timezone.now() - LATELY)
    brought_in = Post.objects.filter(idempotency_key__in=fine).filter(
        Q(author=actor) | by_colleague
    )
    for post in brought_in.order_by("-pk"):  # the first of several wins
        fine[post.idempotency_key].known = post
    gone = DeletedPost.objects.filter(author=actor, idempotency_key__in=fine)
    for idempotency_key in gone.values_list("idempotency_key", flat=True):
        if fine[idempotency_key].known is None:
            fine[idempotency_key].errors.append(
                _("It was imported before and has been deleted since.")
            )


def _mark_numbered(rows: Iterable[Row]) -> None:
    # Other numbers come from somebody else's list.
    called = {row.number: Post.called(row.texts.get("number", "")) for row in rows}
    wanted: dict[str, list[int | str | UUID]] = {"pk": [], "public_id": [], "item__code": []}
    for name, value in filter(None, called.values()):
        wanted[name].append(value)
    here: dict[tuple[str, int | str | UUID] | None, Post] = {}
    numbered = reduce(or_, (Q(**{f"{name}__in": values}) for name, values in wanted.items()))
    for post in Post.objects.filter(numbered).select_related("item"):
        here |= {("pk", post.pk): post, ("public_id", post.public_id): post}
        if post.kept_item is not None:
            here["item__code", post.kept_item.code] = post
    for row in rows:
        if known := here.get(called[row.number]):
            # Its other cells are ignored: a post is edited on its page, not by a file.
            row.known = known
            row.errors = []


@dataclass
class Report:
    """The result of an import.

    Attributes:
        saved: new posts.
        known: rows that were imported before, and do not become a second post.
    """

    saved: list[Post] = field(default_factory=list)
    known: list[Row] = field(default_factory=list)
    refused: list[Row] = field(default_factory=list)


def import_rows(rows: Iterable[Row], *, actor: User) -> Report:
    """Save each new row; if one is refused, the others are still saved."""
    report = Report()
    for row in rows:
        if row.is_new:
            try:
                post = submit_post(
                    author=actor,
                    kind=Post.Kind.FOUND,
                    fields=row.fields,
                    idempotency_key=row.idempotency_key,
                    intake=Intake(),
                )
                report.saved.append(post)
                continue
            except DuplicateSubmission as before:  # imported at the same time from another page
                row.known = before.post
                if before.post is None:
                    row.errors.append(_("It was imported before and has been deleted since."))
            except ValidationError as error:
                row.errors += error.messages
        (report.known if row.known else report.refused).append(row)
    return report
