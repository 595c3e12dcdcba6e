"""Publishing the privacy notice and the terms, and recording who agreed to which version.

Nobody is asked for anything while no text is published: the texts that come with the product are
drafts for the office's lawyer.
"""

import time
from collections.abc import Iterable
from typing import Final, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.models import Consent, LegalText, User
from lostfound.services.status import AlreadySo

REMEMBERED_S: Final = 30  # how late a process may notice that another one published a text


class _Remembered(NamedTuple):
    until_s: float  # of the monotonic clock
    ids: tuple[int, ...]


_remembered: list[_Remembered] = []


def texts_in_force() -> list[LegalText]:
    """The newest published text of each kind."""
    newest: dict[str, LegalText] = {}
    for text in LegalText.objects.published().order_by("version"):
        newest[text.kind] = text
    return [newest[kind] for kind in LegalText.Kind.values if kind in newest]


def shown_text(kind: str) -> LegalText | None:
    """The text in force, or the newest draft of an office that has not published any."""
    rows = LegalText.objects.filter(kind=kind)
    return rows.published().order_by("-version").first() or rows.order_by("-pk").first()


def asked_for() -> tuple[int, ...]:
    """Keys of the texts that everybody has to agree to: the newest of each kind that asks.

    Each process reads them every `REMEMBERED_S` seconds, so that requests need no query.
    """
    if _remembered and _remembered[0].until_s > time.monotonic():
        return _remembered[0].ids
    rows = LegalText.objects.published().filter(needs_consent=True).order_by("version")
    newest = dict(rows.values_list("kind", "pk"))
    remember_asked_for(newest.values())
    return _remembered[0].ids


def remember_asked_for(ids: Iterable[int], for_s: float = REMEMBERED_S) -> None:
    """Take these as the texts to agree to, for a while."""
    _remembered[:] = [_Remembered(time.monotonic() + for_s, tuple(sorted(ids)))]


def forget_asked_for() -> None:
    """Read them again next time."""
    _remembered.clear()


def is_consent_missing(user: User) -> bool:
    """Whether this person has yet to agree; without a query."""
    asked = asked_for()
    return bool(asked) and user.agreed_to != _joined(asked)


def missing_texts(user: User) -> list[LegalText]:
    """The texts that this person has yet to agree to, in the order of their kinds."""
    agreed = Consent.objects.filter(user=user).values("text")
    rows = LegalText.objects.filter(pk__in=asked_for()).exclude(pk__in=agreed)
    return list(rows.order_by("kind"))


@transaction.atomic
def agree(user: User, ids: Iterable[int]) -> bool:
    """Record that a person agrees to the texts that they were shown.

    Returns: whether nothing is missing now; if not, a text was published in the meantime.
    """
    asked = asked_for()
    known = set(Consent.objects.filter(user=user, text__in=asked).values_list("text", flat=True))
    for pk in set(ids) & set(asked) - known:
        Consent.objects.get_or_create(user=user, text_id=pk)
        known.add(pk)
    if known < set(asked):
        return False
    user.agreed_to = _joined(asked)
    User.objects.filter(pk=user.pk).update(agreed_to=user.agreed_to)
    return True


@transaction.atomic
def publish_text(text: LegalText) -> LegalText:
    """Put a draft in force as the next version; from then on it cannot be changed.

    Raises: AlreadySo
    """
    rows = LegalText.objects.select_for_update().filter(kind=text.kind)
    newest = max((row.version or 0 for row in rows), default=0)
    drafts = LegalText.objects.filter(pk=text.pk, published_at=None)
    if not drafts.update(version=newest + 1, published_at=timezone.now()):
        raise AlreadySo(_("This text is published already."))
    text.refresh_from_db()
    transaction.on_commit(forget_asked_for)
    return text


def next_draft(text: LegalText) -> LegalText:
    """A draft with the words of another version, to be edited."""
    return LegalText.objects.create(kind=text.kind, body_ko=text.body_ko, body_en=text.body_en)


def _joined(ids: Iterable[int]) -> str:
    return ",".join(map(str, ids))
