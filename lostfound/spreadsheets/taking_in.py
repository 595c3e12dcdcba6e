"""Saving the rows of a file, each as a found thing of the office."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lostfound.models import Post, User
from lostfound.services import SentBefore, submit_post
from lostfound.spreadsheets.row import Row


@dataclass
class Report:
    """What became of the rows of a file.

    Attributes:
        saved: posts that were not there before.
        known: rows that were brought in before, and stay one post each.
    """

    saved: list[Post] = field(default_factory=list)
    known: list[Row] = field(default_factory=list)
    refused: list[Row] = field(default_factory=list)


def take_in(rows: Iterable[Row], *, actor: User) -> Report:
    """Save each row that is new; the others go on when one is refused."""
    report = Report()
    for row in rows:
        if row.is_new:
            try:
                post = submit_post(
                    author=actor, kind=Post.Kind.FOUND, fields=row.fields, sent_as=row.sent_as
                )
                report.saved.append(post)
                continue
            except SentBefore as before:  # at the same time, from another page
                row.known = before.post
                if before.post is None:
                    row.errors.append(_("It was brought in before, and deleted since."))
            except ValidationError as error:
                row.errors += error.messages
        (report.known if row.known else report.refused).append(row)
    return report
