"""Keeps a thing in step with its post when the post is written or edited."""

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lostfound.models import Post, User
from lostfound.services.items.changes import move_item
from lostfound.services.items.facts import Fact
from lostfound.services.items.receiving import expect_item, receive_item


@dataclass(frozen=True)
class Intake:
    """That the office has the thing in its hands, and what it noted about it.

    Attributes:
        finder: see `receiving.FINDER_FIELDS`.
        value: see `receiving.VALUE_FIELDS`.
        code: of a label that was printed before.
        second: who counted a valuable together with the clerk.
        facts: hidden facts with their question, weight and kind, beside those in lines.
    """

    finder: dict[str, Any] = field(default_factory=dict)
    value: dict[str, Any] = field(default_factory=dict)
    code: str = ""
    second: User | None = None
    facts: tuple[Fact, ...] = ()


def follow_new_post(post: Post, *, actor: User, shelf: str, intake: Intake | None) -> None:
    """Receive the thing of a new post, or expect it at the office that the post names.

    Raises: ValidationError, TransitionRefused, PermissionDenied
    """
    if post.kind != Post.Kind.FOUND:
        return
    has_it = intake is not None and post.office_id is not None
    if not has_it and not shelf:
        expect_item(post)
        return
    noted = intake or Intake()
    receive_item(
        post,
        actor=actor,
        shelf=shelf,
        finder=noted.finder,
        value=noted.value,
        code=noted.code,
        second=noted.second,
    )


def follow_edit(post: Post, *, actor: User, shelf: str | None, is_elsewhere: bool) -> None:
    """Move or receive the thing of an edited post.

    Args:
        post: saved, and locked.
        shelf: the new shelf; None if the edit does not concern it.
        is_elsewhere: whether the edit changed the office.

    Raises: ValidationError, TransitionRefused, PermissionDenied
    """
    item = post.kept_item
    if post.kind != Post.Kind.FOUND:
        return
    if item is None or not item.is_in_custody:
        if shelf:
            receive_item(post, actor=actor, shelf=shelf)
        else:
            expect_item(post)
        return
    if shelf is None and not is_elsewhere:
        return
    if post.office_id is None and item.office_id is not None:
        message = _("The office keeps this thing, so it cannot be left out.")
        raise ValidationError({"office": ValidationError(message, code="required")})
    if shelf is None:
        shelf = ""  # a shelf of the office that it came from
    move_item(item, actor=actor, shelf=shelf, office=post.office)
    post._state.fields_cache.pop("item", None)  # it was moved in a row of its own
