"""The order in which pairs wait for staff, and which one comes next."""

from typing import Final

from django.db.models import Q, QuerySet

from matching.models import Match
from matching.services.decision_checks import REJECTABLE

# Newest day first, and within a day the strongest first: what came in today is on top, and a
# strong pair is not buried under weak ones that were scored a minute later.
QUEUE_ORDER: Final = ("-created_on", "-score", "-pk")


def waiting() -> QuerySet[Match]:
    """The pairs that nobody has decided, in the order of the queue."""
    return Match.objects.filter(status=Match.Status.SUGGESTED).order_by(*QUEUE_ORDER)


def next_waiting(match: Match, queue: QuerySet[Match]) -> Match | None:
    """The waiting pair after this one in a queue, from the top again after the last."""
    day = match.created_on
    others = queue.filter(status__in=REJECTABLE).exclude(pk=match.pk).order_by(*QUEUE_ORDER)
    after = others.filter(
        Q(created_on__lt=day)
        | Q(created_on=day, score__lt=match.score)
        | Q(created_on=day, score=match.score, pk__lt=match.pk)
    )
    return after.first() or others.first()
