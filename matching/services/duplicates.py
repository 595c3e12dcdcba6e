"""Possible duplicates: found when a post is matched, resolved by staff.

Locks are taken as for pairs: the posts in the order of their keys, then the row.
"""

from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.models import Notification, Post, User
from lostfound.services import TransitionRefused, change_status, notify
from matching.core.duplicates import MARK_FROM
from matching.core.types import Score
from matching.models import PossibleDuplicate, decision_version
from matching.scoring.score_post import DuplicateSearch
from matching.services.decision_checks import DecisionRefused

OPEN, DISMISSED = PossibleDuplicate.Status.OPEN, PossibleDuplicate.Status.DISMISSED
CLOSED, WITHDRAWN = PossibleDuplicate.Status.CLOSED, PossibleDuplicate.Status.WITHDRAWN
WRITTEN_FIELDS: Final = (
    *("status", "score", "terms", "fingerprint", "profile", "evidence_hash"),
    *("created_at", "scored_at", "decided_at", "decided_by"),
)


def duplicates_of(post: Post) -> QuerySet[PossibleDuplicate]:
    """Every row that contains the post, whatever its status."""
    return PossibleDuplicate.objects.filter(Q(first=post.pk) | Q(second=post.pk))


def likely_duplicates(duplicates: DuplicateSearch | None, at_most: int) -> set[int]:
    """Keys of posts that are likely enough to be flagged."""
    if duplicates is None:
        return set()
    return {score.post_id for score in duplicates.scores.top(at_most, threshold=MARK_FROM)}


def write_duplicates(
    duplicates: DuplicateSearch, *, marked: set[int], unchanged: set[int], fingerprint: str
) -> None:
    """Update a post's possible duplicates according to its scores.

    The caller's transaction must hold the locks of all posts named here.

    Args:
        marked: posts that should be flagged as duplicates.
        unchanged: open posts whose content has not changed since the search read it.
    """
    post = duplicates.query.post
    rows = {int(pk): row for row, pk in enumerate(duplicates.scores.post_ids)}
    existing = {
        other_post_id(duplicate, post.pk): duplicate
        for duplicate in duplicates_of(post).select_for_update().order_by("pk")
    }
    new, moved = [], []
    for other_id in sorted(unchanged & (marked | existing.keys())):
        duplicate = existing.get(other_id)
        if other_id not in rows:  # no longer among the nearest of its kind
            if duplicate is not None and duplicate.status == OPEN:
                duplicate.status = WITHDRAWN
                moved.append(duplicate)
            continue
        score, evidence = duplicates.scores.at(rows[other_id]), duplicates.pair_evidence(other_id)
        status = _next_status(duplicate, score, evidence, is_marked=other_id in marked)
        if status is None:
            continue
        if duplicate is None:
            first_id, second_id = sorted((post.pk, other_id))
            duplicate = PossibleDuplicate(first_id=first_id, second_id=second_id)
            new.append(duplicate)
        else:
            moved.append(duplicate)
        is_back = status == OPEN and duplicate.status != OPEN
        duplicate.status = status
        duplicate.score, duplicate.terms = score.score, score.terms
        duplicate.fingerprint, duplicate.profile_id = fingerprint, duplicates.profile_version
        duplicate.evidence_hash = evidence
        duplicate.scored_at = timezone.now()
        duplicate.decided_at = duplicate.decided_by = None
        if is_back:
            duplicate.created_at = duplicate.scored_at
    PossibleDuplicate.objects.bulk_update(moved, WRITTEN_FIELDS)
    PossibleDuplicate.objects.bulk_create(new)


def dismiss_duplicate(
    duplicate: PossibleDuplicate, *, actor: User, expected_version: str | None = None
) -> None:
    """Record that they are different things; the flag returns only if the evidence changes.

    Raises:
        DecisionRefused: somebody else decided first, or a post has changed.
    """
    with transaction.atomic():
        locked = _locked(duplicate, expected_version)
        _settle(locked, DISMISSED, actor)


def close_duplicate(
    duplicate: PossibleDuplicate, *, close: Post, actor: User, expected_version: str | None = None
) -> None:
    """Record that they are the same thing: close one post and notify its author.

    Args:
        close: the post to close, one of the two.

    Raises:
        DecisionRefused: somebody else decided first, or a post has changed or is not open.
    """
    with transaction.atomic():
        locked = _locked(duplicate, expected_version)
        closing, kept = locked.first, locked.second
        if close.pk != closing.pk:
            closing, kept = kept, closing
        _settle(locked, CLOSED, actor)
        detail = {"duplicate": locked.pk, "kept": str(kept.public_id)}
        try:
            change_status(
                closing,
                Post.Status.CLOSED,
                actor=actor,
                action="closed_as_duplicate",
                detail=detail,
            )
        except TransitionRefused as refused:
            raise DecisionRefused(str(refused), "not_open") from refused
        notify(closing.author, closing, Notification.Kind.CLOSED_AS_DUPLICATE)


def take_up_duplicate(duplicate: PossibleDuplicate, *, actor: User) -> None:
    """Reopen a dismissed duplicate.

    Raises:
        DecisionRefused: it was not dismissed, or a post is no longer open.
    """
    with transaction.atomic():
        locked = _locked(duplicate, None)
        if locked.status != DISMISSED:
            raise DecisionRefused(_("This has just changed. Please try again."), "changed")
        if not (locked.first.is_open and locked.second.is_open):
            raise DecisionRefused(_("One of the two posts is no longer open."), "not_open")
        _move(locked, OPEN, None)


def other_post_id(duplicate: PossibleDuplicate, post_id: int) -> int:
    """The key of the other post."""
    return duplicate.second_id if duplicate.first_id == post_id else duplicate.first_id


def _next_status(
    duplicate: PossibleDuplicate | None, score: Score, evidence: str, *, is_marked: bool
) -> str | None:
    """The next status, or None to leave the row as it is."""
    before = duplicate.status if duplicate else None
    reaches = score.score >= MARK_FROM
    if before == OPEN:
        return OPEN if reaches else WITHDRAWN
    if before == DISMISSED and duplicate is not None and duplicate.evidence_hash == evidence:
        return None
    # A post that was reopened, or a pair that is likely again, must be reviewed again.
    return OPEN if reaches and is_marked else None


def _locked(duplicate: PossibleDuplicate, expected_version: str | None) -> PossibleDuplicate:
    ids = [duplicate.first_id, duplicate.second_id]
    list(Post.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    locked = PossibleDuplicate.objects.select_for_update().filter(pk=duplicate.pk).first()
    if locked is None:
        raise DecisionRefused(
            _("This pair no longer exists: one of its posts was deleted."), "gone"
        )
    posts = Post.objects.select_related("author").in_bulk(ids)
    locked.first, locked.second = posts[locked.first_id], posts[locked.second_id]
    if expected_version and expected_version != decision_version(locked):
        raise DecisionRefused(
            _("A post has changed, or somebody else decided first. Please review them again."),
            "changed",
        )
    return locked


def _settle(duplicate: PossibleDuplicate, to: str, actor: User) -> None:
    if duplicate.status != OPEN:
        raise DecisionRefused(
            _("This has already been decided: %(status)s.")
            % {"status": duplicate.get_status_display()},
            "decided",
        )
    _move(duplicate, to, actor)


def _move(duplicate: PossibleDuplicate, to: str, actor: User | None) -> None:
    duplicate.status, duplicate.decided_by = to, actor
    duplicate.decided_at = timezone.now() if actor else None
    duplicate.save(update_fields=["status", "decided_at", "decided_by"])
