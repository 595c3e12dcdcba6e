"""The order of waiting pairs, and which one comes next."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Max, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from matching.models import REJECTABLE, Match

# Newest day first, and within a day the strongest first: today's pairs are on top, and a strong
# pair is not buried under weak ones that were scored a minute later.
QUEUE_ORDER: Final = ("-created_on", "-score", "-pk")


def waiting() -> QuerySet[Match]:
    """Undecided pairs in the order of the queue."""
    return Match.objects.filter(status=Match.Status.SUGGESTED).order_by(*QUEUE_ORDER)


@dataclass(frozen=True)
class Place:
    """The position of a pair in a queue.

    Attributes:
        waiting_count: number of pairs in the queue, including this one.
        next_id: key of the next pair; None if none is free.
    """

    waiting_count: int
    next_id: int | None


def place_in(queue: QuerySet[Match], match: Match, free: QuerySet[Match]) -> Place:
    """The length of a queue, and the free pair that follows this one."""
    row = queue.order_by().aggregate(waiting_count=Count("pk"), next_id=Max(_next_of(match, free)))
    return Place(**row)


def next_waiting(match: Match, queue: QuerySet[Match]) -> int | None:
    """The key of the waiting pair after this one; wraps around after the last."""
    following = Match.objects.filter(pk=_next_of(match, queue))
    return following.values_list("pk", flat=True).first()


def _next_of(match: Match, queue: QuerySet[Match]) -> Coalesce:
    day = match.created_on
    others = queue.filter(status__in=REJECTABLE).exclude(pk=match.pk).order_by(*QUEUE_ORDER)
    after = others.filter(
        Q(created_on__lt=day)
        | Q(created_on=day, score__lt=match.score)
        | Q(created_on=day, score=match.score, pk__lt=match.pk)
    )
    return Coalesce(Subquery(after.values("pk")[:1]), Subquery(others.values("pk")[:1]))
