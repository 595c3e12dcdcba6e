"""Whether a pair may be decided, and if not, why; must not write."""

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

# With the undo key; older decisions are undone from their list.
UNDONE_WITHIN: Final = timedelta(hours=8)


class DecisionRefused(Exception):
    """The decision is not possible; the message explains why and is shown to staff.

    `code` is one of gone, changed, decided, with_colleague, not_open, held, undone, stale, reason.
    """

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


def standing_decision(match: Match) -> MatchDecision | None:
    """The decision in effect for a pair: the latest that has not been undone."""
    decisions = MatchDecision.objects.filter(match=match, action__in=STATUS_AFTER)
    return decisions.filter(undone_by=None).order_by("-at", "-pk").first()


def last_decision(user: User) -> MatchDecision | None:
    """A person's latest decision within the last working day, unless undone."""
    mine = MatchDecision.objects.filter(
        actor=user, action__in=STATUS_AFTER, undone_by=None, at__gt=timezone.now() - UNDONE_WITHIN
    )
    return mine.select_related("match__lost", "match__found").order_by("-at", "-pk").first()


def check_seen(match: Match, expected_version: str | None, actor: User) -> None:
    """Check that the pair has not changed since the person saw it.

    Raises: DecisionRefused
    """
    if expected_version and expected_version != decision_version(match):
        if match.status not in REJECTABLE:
            raise decided_already(match, actor)
        raise DecisionRefused(
            _("“%(match)s” has changed since you opened it. Please review it again.")
            % {"match": match},
            "changed",
        )


def decided_already(match: Match, actor: User) -> DecisionRefused:
    """The exception to raise for a pair that has been decided already."""
    if match.status == Match.Status.SET_ASIDE:
        why = _("One of these posts has just been matched with another post.")
    elif match.decided_by == actor:
        why = _("You have already decided this pair: it is %(status)s.") % {
            "status": match.get_status_display()
        }
    elif match.decided_by is not None:
        why = _("%(person)s decided first: this pair is already %(status)s.") % {
            "person": match.decided_by.get_full_name() or match.decided_by.get_username(),
            "status": match.get_status_display(),
        }
    else:
        why = _("This pair cannot be decided: it is %(status)s.") % {
            "status": match.get_status_display()
        }
    return DecisionRefused(why, "decided")


def refuse_with_colleague(match: Match, actor: User) -> None:
    """Check that no colleague has claimed the pair.

    Raises: DecisionRefused
    """
    held = ReviewClaim.objects.filter(match=match, until__gt=timezone.now()).exclude(user=actor)
    if claim := held.select_related("user").first():
        raise DecisionRefused(
            _("%(person)s is reviewing this pair right now.")
            % {"person": claim.user.get_full_name() or claim.user.get_username()},
            "with_colleague",
        )


def check_undoable(decision: MatchDecision, match: Match) -> None:
    """Check that the decision can be undone: nothing since then depends on it.

    Raises: DecisionRefused
    """
    if decision.action not in STATUS_AFTER:
        raise DecisionRefused(
            _("An undo cannot be undone. Please decide the pair again."), "undone"
        )
    if MatchDecision.objects.filter(undoes=decision).exists():
        raise DecisionRefused(_("This decision has already been undone."), "undone")
    if match.status != STATUS_AFTER[decision.action] or standing_decision(match) != decision:
        raise DecisionRefused(
            _("This can no longer be undone: the pair has since been decided or suggested again."),
            "stale",
        )
    if decision.action == MatchDecision.Action.CONFIRM:
        for post in (match.lost, match.found):
            if post.status not in (Post.Status.MATCHED, Post.Status.OPEN):
                raise DecisionRefused(
                    _("This can no longer be undone: “%(post)s” is now %(status)s.")
                    % {"post": post.title, "status": post.get_status_display()},
                    "stale",
                )
