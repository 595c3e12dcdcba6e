"""The order in which pairs wait for staff, and which one comes next."""

from typing import Final

from django.db.models import Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from matching.models import Match
from matching.services.decisions import REJECTABLE

# Newest day first, and within a day the strongest first: what came in today is on top, and a
# strong pair is not buried under weak ones that were scored a minute later.
QUEUE_ORDER: Final = (TruncDate("created_at").desc(), "-score", "-pk")


def waiting() -> QuerySet[Match]:
    """The pairs that nobody has decided, in the order of the queue."""
    return Match.objects.filter(status=Match.Status.SUGGESTED).order_by(*QUEUE_ORDER)


def next_waiting(match: Match, queue: QuerySet[Match]) -> Match | None:
    """The waiting pair after this one in a queue, from the top again after the last."""
    day = timezone.localdate(match.created_at)
    others = (
        queue.filter(status__in=REJECTABLE)
        .exclude(pk=match.pk)
        .annotate(day=TruncDate("created_at"))
        .order_by(*QUEUE_ORDER)
    )
    after = others.filter(
        Q(day__lt=day)
        | Q(day=day, score__lt=match.score)
        | Q(day=day, score=match.score, pk__lt=match.pk)
    )
    return after.first() or others.first()
