"""When a pair may be decided, and why not; nothing here writes."""

from datetime import timedelta
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.models import Post, User
from matching.models import (
    REJECTABLE,
    STATUS_AFTER,
    Match,
    MatchDecision,
    ReviewClaim,
    decision_version,
)

UNDONE_WITHIN: Final = timedelta(hours=8)  # by one key; older ones from the record of decisions


class DecisionRefused(Exception):
    """The pair cannot be decided like this; the message tells the reader why.

    `code` is one of gone, changed, decided, with_colleague, not_open, held, undone, stale, reason.
    """

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


def standing_decision(match: Match) -> MatchDecision | None:
    """The decision that holds for a pair now: the latest one that is not undone."""
    decisions = MatchDecision.objects.filter(match=match, action__in=STATUS_AFTER)
    return decisions.filter(undone_by=None).order_by("-at", "-pk").first()


def last_decision(user: User) -> MatchDecision | None:
    """What a person decided last and has not taken back, of this working day."""
    mine = MatchDecision.objects.filter(
        actor=user, action__in=STATUS_AFTER, undone_by=None, at__gt=timezone.now() - UNDONE_WITHIN
    )
    return mine.select_related("match__lost", "match__found").order_by("-at", "-pk").first()


def check_seen(match: Match, expected_version: str | None, actor: User) -> None:
    """The pair is as the person saw it.

    Raises: DecisionRefused
    """
    if expected_version and expected_version != decision_version(match):
        if match.status not in REJECTABLE:
            raise decided_already(match, actor)
        raise DecisionRefused(
            _("“%(match)s” has changed since you opened it. Look at it again, then decide.")
            % {"match": match},
            "changed",
        )


def decided_already(match: Match, actor: User) -> DecisionRefused:
    """Why a pair that is settled cannot be decided, to be raised."""
    if match.status == Match.Status.SET_ASIDE:
        why = _("One of these posts was just matched with another one.")
    elif match.decided_by == actor:
        why = _("You have decided this pair already: it is %(status)s.") % {
            "status": match.get_status_display()
        }
    elif match.decided_by is not None:
        why = _("%(person)s was faster: this pair is already %(status)s.") % {
            "person": match.decided_by.get_full_name() or match.decided_by.get_username(),
            "status": match.get_status_display(),
        }
    else:
        why = _("This pair cannot be decided now: it is %(status)s.") % {
            "status": match.get_status_display()
        }
    return DecisionRefused(why, "decided")


def refuse_with_colleague(match: Match, actor: User) -> None:
    """A pair that somebody else has before them is theirs until they let it go.

    Raises: DecisionRefused
    """
    held = ReviewClaim.objects.filter(match=match, until__gt=timezone.now()).exclude(user=actor)
    if claim := held.select_related("user").first():
        raise DecisionRefused(
            _("%(person)s has this pair before them just now.")
            % {"person": claim.user.get_full_name() or claim.user.get_username()},
            "with_colleague",
        )


def check_undoable(decision: MatchDecision, match: Match) -> None:
    """Nothing that rests on the decision has happened since.

    Raises: DecisionRefused
    """
    if decision.action not in STATUS_AFTER:
        raise DecisionRefused(_("An undo is not undone: decide about the pair again."), "undone")
    if MatchDecision.objects.filter(undoes=decision).exists():
        raise DecisionRefused(_("This decision has been undone already."), "undone")
    if match.status != STATUS_AFTER[decision.action] or standing_decision(match) != decision:
        raise DecisionRefused(
            _("This can no longer be undone: the pair has been decided or suggested anew since."),
            "stale",
        )
    if decision.action == MatchDecision.Action.CONFIRM:
        for post in (match.lost, match.found):
            if post.status not in (Post.Status.MATCHED, Post.Status.OPEN):
                raise DecisionRefused(
                    _("This can no longer be undone: “%(post)s” is %(status)s since.")
                    % {"post": post.title, "status": post.get_status_display()},
                    "stale",
                )
