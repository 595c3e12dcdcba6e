"""Confirms and rejects pairs and undoes decisions, each in one guarded transaction.

Locks are taken on the posts first, in the order of their keys, then on the match. If two people
decide on the same post at once, the second one waits for the first and is then refused.
"""

from collections.abc import Iterable
from functools import partial
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lostfound.models import Notification, Post, User
from lostfound.services import TransitionRefused, change_status, notify
from lostfound.services.notifications import forget_waiting
from lostfound.services.privacy import mask_personal_numbers
from matching.models import CONFIRMABLE, REJECTABLE, Match, MatchDecision, ReviewClaim
from matching.services.competition import settle_around
from matching.services.decision_checks import (
    DecisionRefused,
    check_seen,
    check_undoable,
    decided_already,
    refuse_with_colleague,
    standing_decision,
)
from matching.services.outbox import UNDECIDED

MAX_NOTE_CHARS: Final = 200


@transaction.atomic
def confirm_match(
    match: Match, *, actor: User, expected_version: str | None = None
) -> MatchDecision:
    """Mark both posts as matched with each other, and set their other suggestions aside.

    Args:
        expected_version: `decision_version` when the pair was shown; None skips the check.

    Raises:
        DecisionRefused: somebody else decided first, or one of the posts is not open.
    """
    match = _locked(match.pk, {match.lost_id, match.found_id})
    check_seen(match, expected_version, actor)
    if match.status not in CONFIRMABLE:
        raise decided_already(match, actor)
    refuse_with_colleague(match, actor)
    for post in (match.lost, match.found):
        if not post.is_open:
            raise DecisionRefused(
                _("“%(post)s” is no longer open (%(status)s).")
                % {"post": post.title, "status": post.get_status_display()},
                "not_open",
            )
    held = Match.objects.filter(_shares_post(match), status=Match.Status.CONFIRMED).first()
    if held is not None:
        raise DecisionRefused(
            _("One of these posts already has a confirmed match: %(match)s. Undo that first.")
            % {"match": held},
            "held",
        )
    decision = _record(match, MatchDecision.Action.CONFIRM, actor)
    _move(match, Match.Status.CONFIRMED, decision)
    _end_review(match)
    # Before the posts change: closing a post withdraws its suggestions.
    rivals = Match.objects.filter(_shares_post(match), status__in=UNDECIDED)
    rivals.update(status=Match.Status.SET_ASIDE, set_aside_by=decision)
    for post, other_post in ((match.lost, match.found), (match.found, match.lost)):
        _change(post, Post.Status.MATCHED, decision, "matched")
        notify(
            post.author,
            post,
            Notification.Kind.MATCH_CONFIRMED,
            other_post=other_post,
            wait_s=settings.DECISION_WAIT_S,
        )
    return decision


@transaction.atomic
def reject_match(
    match: Match,
    *,
    actor: User,
    reason: str = "",
    note: str = "",
    expected_version: str | None = None,
) -> MatchDecision:
    """Mark the posts as different things; the pair returns only if its evidence changes.

    Args:
        reason: one of `MatchDecision.Reason`, or empty.
        note: free text.

    Raises:
        DecisionRefused: somebody else decided first, or the reason is unknown.
    """
    if reason and reason not in MatchDecision.Reason.values:
        raise DecisionRefused(_("Please choose a reason from the list."), "reason")
    match = _locked(match.pk, {match.lost_id, match.found_id})
    check_seen(match, expected_version, actor)
    if match.status not in REJECTABLE:
        raise decided_already(match, actor)
    refuse_with_colleague(match, actor)
    note = mask_personal_numbers(note.strip())[:MAX_NOTE_CHARS]
    decision = _record(match, MatchDecision.Action.REJECT, actor, reason=reason, note=note)
    _move(match, Match.Status.REJECTED, decision)
    _end_review(match)
    transaction.on_commit(partial(settle_around, match.post_ids))
    return decision


@transaction.atomic
def undo_decision(
    decision: MatchDecision, *, actor: User, tells_people: bool = True
) -> MatchDecision:
    """Undo a decision and restore the state before it; both decisions stay on record.

    Pairs that a confirmation set aside are suggested again if both of their posts are open.
    Otherwise they stay set aside, because of the decision that now binds the other post.

    Args:
        tells_people: whether the authors are notified; not if the caller tells them why.

    Raises:
        DecisionRefused: it is already undone, or the pair or a post has changed since.
    """
    pair = decision.match
    shelved = Match.objects.filter(set_aside_by=decision, status=Match.Status.SET_ASIDE)
    post_ids = {pair.lost_id, pair.found_id}
    for ids in shelved.values_list("lost_id", "found_id"):
        post_ids.update(ids)
    match = _locked(pair.pk, post_ids)
    check_undoable(decision, match)
    undo = _record(match, MatchDecision.Action.UNDO, actor, undoes=decision)
    if decision.action == MatchDecision.Action.CONFIRM:
        for post in (match.lost, match.found):
            if not post.is_open:
                _change(post, Post.Status.OPEN, undo, "match_undone")
            # Nobody is told of a confirmation that was undone while its message still waited.
            was_waiting = forget_waiting([post], Notification.Kind.MATCH_CONFIRMED)
            if tells_people and not was_waiting:
                notify(post.author, post, Notification.Kind.MATCH_WITHDRAWN)
    if decision.status_before == Match.Status.REJECTED:
        earlier = standing_decision(match)
        _move(match, Match.Status.REJECTED, earlier)
    else:
        _lay_down(match)
    transaction.on_commit(partial(settle_around, match.post_ids))
    shelved = shelved.select_related("lost", "found").order_by("pk")
    for other in list(shelved.select_for_update(of=("self",))):
        if not {other.lost_id, other.found_id} <= post_ids:
            raise DecisionRefused(_("This has just changed. Please try again."), "changed")
        _lay_down(other)
    return undo


def undo_pair_of_leaving(post: Post, actor: User) -> None:
    """Undo the confirmed pair of a found post whose thing leaves for the police or for good.

    Raises: TransitionRefused: the pair cannot be undone.
    """
    match = Match.objects.of_post(post).filter(status=Match.Status.CONFIRMED).first()
    decision = standing_decision(match) if match is not None else None
    if decision is None:
        return
    try:
        undo_decision(decision, actor=actor, tells_people=False)
    except DecisionRefused as refused:
        raise TransitionRefused(str(refused)) from refused


def _locked(match_id: int, post_ids: Iterable[int]) -> Match:
    list(Post.objects.select_for_update().filter(pk__in=post_ids).order_by("pk"))
    match = Match.objects.select_for_update().filter(pk=match_id).first()
    if match is None:
        raise DecisionRefused(
            _("This pair no longer exists: one of its posts was deleted."), "gone"
        )
    posts = Post.objects.select_related("author").in_bulk([match.lost_id, match.found_id])
    match.lost, match.found = posts[match.lost_id], posts[match.found_id]
    return match


def _shares_post(match: Match) -> Q:
    return (Q(lost=match.lost_id) | Q(found=match.found_id)) & ~Q(pk=match.pk)


def _end_review(match: Match) -> None:
    ReviewClaim.objects.filter(match=match).delete()


def _record(
    match: Match,
    action: str,
    actor: User,
    *,
    reason: str = "",
    note: str = "",
    undoes: MatchDecision | None = None,
) -> MatchDecision:
    return MatchDecision.objects.create(
        match=match,
        action=action,
        actor=actor,
        reason=reason,
        note=note,
        undoes=undoes,
        status_before=match.status,
        score=match.score,
        strategy=match.strategy,
        fingerprint=match.fingerprint,
        profile_version=match.profile_id,
        terms=match.terms_seen,
        exclusions=match.exclusions,
        evidence_hash=match.evidence_hash,
        rank=match.rank,
        sampling_probability=match.sampling_probability,
    )


def _move(
    match: Match, to: str, decided: MatchDecision | None, *, held_by: MatchDecision | None = None
) -> None:
    """Use one conditional UPDATE, so that a change outside the lock is never overwritten."""
    changed = Match.objects.filter(pk=match.pk, status=match.status).update(
        status=to,
        decided_at=decided and decided.at,
        decided_by=decided and decided.actor,
        set_aside_by=held_by,
    )
    if not changed:
        raise DecisionRefused(_("This has just changed. Please try again."), "changed")
    match.status = to


def _lay_down(match: Match) -> None:
    """Restore the status of a pair without a decision, from suggested to withdrawn."""
    gone = [post for post in (match.lost, match.found) if not post.is_open]
    if not gone:
        return _move(match, _undecided(match), None)
    holders = MatchDecision.objects.filter(
        Q(match__lost__in=gone) | Q(match__found__in=gone),
        action=MatchDecision.Action.CONFIRM,
        undone_by=None,
        match__status=Match.Status.CONFIRMED,
    )
    holder = holders.order_by("-at", "-pk").first()
    if holder is None:
        return _move(match, Match.Status.WITHDRAWN, None)
    return _move(match, Match.Status.SET_ASIDE, None, held_by=holder)


def _undecided(match: Match) -> str:
    if match.exclusions:
        return Match.Status.EXCLUDED
    return Match.Status.SUGGESTED if match.sampling_probability is None else Match.Status.SAMPLED


def _change(post: Post, to: str, decision: MatchDecision, action: str) -> None:
    detail = {"match": decision.match_id, "decision": str(decision.public_id)}
    try:
        change_status(post, to, actor=decision.actor, action=action, detail=detail)
    except TransitionRefused as refused:
        raise DecisionRefused(str(refused), "not_open") from refused
