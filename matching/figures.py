"""How the office does: what waits, how fast, and whether .8 really is 8 in 10. Reads only."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any, Final

from django.db.models import Count, Min, Q
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.models import Category, Post
from matching.core.registry import STRATEGIES, needs_profile
from matching.models import Match, MatchDecision

BANDS: Final = ((0.0, 0.1), (0.1, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 0.9), (0.9, 1.01))
MONTHS: Final = 12
CATEGORIES: Final = 15
LATEST: Final = 2000  # posts and decisions that the medians and shares are taken of
CONFIRM: Final = MatchDecision.Action.CONFIRM
REJECT: Final = MatchDecision.Action.REJECT


@dataclass(frozen=True)
class Band:
    """Decided pairs of about one probability; `share` of them were confirmed."""

    low: float
    high: float
    count: int
    confirmed: int
    mean: float  # of the probabilities

    @property
    def share(self) -> float | None:
        """Confirmed of decided; None where nothing was."""
        return self.confirmed / self.count if self.count else None


@dataclass(frozen=True)
class Row:
    """Posts and confirmed pairs of a category or a month."""

    label: Any
    lost: int
    found: int
    confirmed: int


@dataclass(frozen=True)
class Figures:
    """Everything on the page of figures.

    Units: times in hours, medians; None where there is nothing to measure
    """

    new_lost: int
    new_found: int
    waiting: int
    confirmed: int
    rejected: int
    first_suggestion_h: float | None
    decision_h: float | None
    bands: list[Band]
    categories: list[Row]
    months: list[Row]


def figures(days: int = 30) -> Figures:
    """Of the last days, and by month of the last year. A constant number of queries."""
    since = timezone.now() - timedelta(days=days)
    new = Post.objects.filter(created_at__gte=since)
    counts = new.aggregate(
        lost=Count("pk", filter=Q(kind=Post.Kind.LOST)),
        found=Count("pk", filter=Q(kind=Post.Kind.FOUND)),
    )
    standing = MatchDecision.objects.filter(undone_by=None, action__in=(CONFIRM, REJECT))
    decided = Counter(standing.filter(at__gte=since).values_list("action", flat=True).order_by())
    return Figures(
        new_lost=counts["lost"],
        new_found=counts["found"],
        waiting=Match.objects.filter(status=Match.Status.SUGGESTED).count(),
        confirmed=decided[CONFIRM],
        rejected=decided[REJECT],
        first_suggestion_h=_first_suggestion_h(),
        decision_h=_decision_h(),
        bands=bands(_scored(standing)),
        categories=_categories(),
        months=_months(),
    )


def bands(scored: Iterable[tuple[float, str]]) -> list[Band]:
    """Probabilities and what was decided, in bands."""
    listed = list(scored)
    found = []
    for low, high in BANDS:
        inside = [(score, action) for score, action in listed if low <= score < high]
        confirmed = sum(action == CONFIRM for _score, action in inside)
        mean = sum(score for score, _action in inside) / len(inside) if inside else 0.0
        found.append(Band(low, min(high, 1.0), len(inside), confirmed, mean))
    return found


def _scored(standing: Any) -> list[tuple[float, str]]:
    """Only of strategies whose scores are probabilities."""
    names = [name for name in STRATEGIES if needs_profile(name)]
    rows = standing.filter(strategy__in=names).order_by("-at")
    return list(rows.values_list("score", "action")[:LATEST])


def _first_suggestion_h() -> float | None:
    """From a lost post to what was suggested for it first, or later, when it came in."""
    first = (
        Match.objects.exclude(status=Match.Status.DRAWN)
        .values("lost")
        .annotate(first=Min("created_at"))
        .order_by("-first")
        .values_list("lost__created_at", "first")[:LATEST]
    )
    return _median_h([(end - start) for start, end in first])


def _decision_h() -> float | None:
    rows = MatchDecision.objects.filter(action=CONFIRM, undone_by=None).order_by("-at")
    pairs = rows.values_list("match__created_at", "at")[:LATEST]
    return _median_h([(end - start) for start, end in pairs])


def _median_h(spans: Sequence[timedelta]) -> float | None:
    return max(median(span.total_seconds() for span in spans) / 3600, 0.0) if spans else None


def _categories() -> list[Row]:
    names = {row.pk: row.name for row in Category.objects.all()}
    posts = _by_kind("category")
    confirmed = dict(
        Match.objects.filter(status=Match.Status.CONFIRMED)
        .values_list("found__category")
        .annotate(Count("pk"))
        .order_by()
    )
    rows = [
        Row(
            names.get(key, _("No category")),
            posts.get((key, Post.Kind.LOST), 0),
            posts.get((key, Post.Kind.FOUND), 0),
            confirmed.get(key, 0),
        )
        for key in {key for key, _kind in posts}
    ]
    rows.sort(key=lambda row: (-(row.lost + row.found), str(row.label)))
    return rows[:CATEGORIES]


def _by_kind(name: str) -> dict[tuple[Any, str], int]:
    rows = Post.objects.values_list(name, "kind").annotate(Count("pk")).order_by()
    return {(key, kind): count for key, kind, count in rows}


def _months() -> list[Row]:
    since = timezone.now() - timedelta(days=31 * MONTHS)
    posts = (
        Post.objects.filter(created_at__gte=since)
        .annotate(month=TruncMonth("created_at"))
        .values_list("month", "kind")
        .annotate(Count("pk"))
        .order_by("month")
    )
    counts = {(month, kind): count for month, kind, count in posts}
    confirmed = dict(
        Match.objects.filter(status=Match.Status.CONFIRMED, decided_at__gte=since)
        .annotate(month=TruncMonth("decided_at"))
        .values_list("month")
        .annotate(Count("pk"))
        .order_by("month")
    )
    months = sorted({month for month, _kind in counts} | set(confirmed))[-MONTHS:]
    return [
        Row(
            month,
            counts.get((month, Post.Kind.LOST), 0),
            counts.get((month, Post.Kind.FOUND), 0),
            confirmed.get(month, 0),
        )
        for month in months
    ]
