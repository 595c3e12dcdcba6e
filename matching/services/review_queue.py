"""Hands out waiting pairs, one per person at a time."""

from datetime import timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.utils import timezone

from lostfound.models import User
from matching.models import Match, ReviewClaim, ReviewSkip, SuggestionAnswer

HELD_FOR: Final = timedelta(minutes=10)  # unless they decide, skip, or open it again
SKIPPED_FOR: Final = timedelta(hours=8)  # a working day
TRIED_AT_ONCE: Final = 20


def claim_next(user: User, queue: QuerySet[Match], wanted: int | None = None) -> Match | None:
    """The pair for a person to review: the one that they have claimed, or the next free one.

    Pairs that their owners have recognised come first, even before the claimed one; then pairs
    whose found thing is kept at the person's office, if they belong to one; then the order of the
    queue. Excludes pairs that colleagues are reviewing, and pairs that share a post with those.
    Skipped pairs come last.

    Args:
        queue: waiting pairs, ordered.
        wanted: key of a pair in the queue to prefer to all others, if it is free.
    """
    now = timezone.now()
    skips = ReviewSkip.objects.filter(match=OuterRef("pk"), user=user, at__gt=now - SKIPPED_FOR)
    answers = SuggestionAnswer.objects.filter(match=OuterRef("pk"))
    others = ReviewClaim.objects.filter(user=user).exclude(match=OuterRef("pk"))
    fresh = ~Exists(skips)
    turn = Case(
        When(pk=wanted or 0, then=0),
        When(fresh & Exists(answers.filter(answer=SuggestionAnswer.Answer.MINE)), then=1),
        When(claim__user=user, claim__until__gt=now, then=2),
        When(fresh, then=3),
        default=4,
    )
    free = free_for(user, queue)
    order = (turn, *_own_office_first(user), *queue.query.order_by)
    # Keys first: sorting a long queue with all columns of both posts is slow.
    keys = free.order_by(*order).values("pk")[:TRIED_AT_ONCE]
    candidates = queue.filter(pk__in=keys).order_by(*order)
    for match in candidates.annotate(has_others=Exists(others)):
        if claim(match, user):
            if match.has_others:
                ReviewClaim.objects.filter(user=user).exclude(match=match).delete()
            return match
    return None


def claim_opened(match: Match, user: User) -> User | None:
    """Claim a pair that a person has opened, if it is free; returns who else has it.

    A claim that was loaded with the pair is not queried again.
    """
    held: ReviewClaim | None = getattr(match, "claim", None)
    if held is not None and held.user_id != user.pk and held.until > timezone.now():
        return held.user
    return None if claim(match, user) else reviewer_of(match)


def free_for(user: User, queue: QuerySet[Match]) -> QuerySet[Match]:
    """Pairs of a queue that no colleague is reviewing, and that share no post with such a pair."""
    others = ReviewClaim.objects.filter(until__gt=timezone.now()).exclude(user=user)
    near = others.filter(Q(match__lost=OuterRef("lost")) | Q(match__found=OuterRef("found")))
    return queue.exclude(Exists(near))


def claim(match: Match, user: User) -> bool:
    """Claim a pair; False if somebody else has it."""
    now = timezone.now()
    free = ReviewClaim.objects.filter(match=match).filter(Q(user=user) | Q(until__lte=now))
    if free.update(user=user, until=now + HELD_FOR):
        return True
    try:
        with transaction.atomic():
            ReviewClaim.objects.create(match=match, user=user, until=now + HELD_FOR)
    except IntegrityError:  # somebody else was faster, or the pair was deleted
        return False
    return True


def release(match: Match, user: User) -> None:
    """Release a pair."""
    ReviewClaim.objects.filter(match=match, user=user).delete()


def skip(match: Match, user: User) -> None:
    """Release a pair, and move it to the end of the person's queue."""
    release(match, user)
    ReviewSkip.objects.update_or_create(match=match, user=user, defaults={"at": timezone.now()})


def take_over(match: Match, user: User) -> None:
    """Claim a pair even from a colleague, after the two have agreed on it."""
    until = timezone.now() + HELD_FOR
    ReviewClaim.objects.update_or_create(match=match, defaults={"user": user, "until": until})
    ReviewClaim.objects.filter(user=user).exclude(match=match).delete()


def reviewer_of(match: Match) -> User | None:
    """Who is reviewing a pair now."""
    held = ReviewClaim.objects.filter(match=match, until__gt=timezone.now())
    found = held.select_related("user").first()
    return found.user if found else None


def prune_reviewing() -> None:
    """Delete expired claims and skips."""
    now = timezone.now()
    ReviewClaim.objects.filter(until__lt=now).delete()
    ReviewSkip.objects.filter(at__lt=now - SKIPPED_FOR).delete()


def _own_office_first(user: User) -> list[Case]:
    if user.office_id is None:
        return []
    return [Case(When(found__office=user.office_id, then=0), default=1)]
