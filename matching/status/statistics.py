"""Statistics of the office: queues, response times, and calibration of scores. Read-only."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any, Final

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lostfound.models import Category, Post
from matching.core.intervals import wilson
from matching.core.registry import STRATEGIES, needs_profile
from matching.models import Match, MatchDecision

BANDS: Final = ((0.0, 0.1), (0.1, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 0.9), (0.9, 1.01))
RECENT_DAYS: Final = 30  # for counts of new posts and decisions
TIMES_DAYS: Final = 90  # for medians: a month at a quiet office has too few decisions
MONTHS: Final = 12
CATEGORIES: Final = 15
LATEST: Final = 2000  # posts and decisions that medians and shares are computed from
CONFIRM: Final = MatchDecision.Action.CONFIRM
REJECT: Final = MatchDecision.Action.REJECT


@dataclass(frozen=True)
class Band:
    """Decided pairs with similar probabilities; `share` of them were confirmed."""

    low: float
    high: float
    count: int
    confirmed: int
    mean: float  # mean of the probabilities

    @property
    def share(self) -> float | None:
        """Share of decided pairs that were confirmed; None without decisions."""
        return self.confirmed / self.count if self.count else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % interval of the true share; None without decisions."""
        return wilson(self.confirmed, self.count) if self.count else None


@dataclass(frozen=True)
class Row:
    """Counts of posts and decisions for a category or a month."""

    label: Any
    lost: int
    found: int
    confirmed: int
    rejected: int

    @property
    def precision(self) -> float | None:
        """Share of decided pairs that were confirmed; None without decisions."""
        decided = self.confirmed + self.rejected
        return self.confirmed / decided if decided else None


@dataclass(frozen=True)
class OfficeStatistics:
    """Everything on the statistics page.

    Attributes:
        first_suggestion_h, decision_h: medians in hours; None if there is nothing to measure.
        suggested_count, decided_count: the number of values behind each median.
        bands_from, bands_to: the oldest and the newest decision in the bands.
        year_from: the first day of the counts by category and month.
    """

    new_lost: int
    new_found: int
    waiting: int
    confirmed: int
    rejected: int
    first_suggestion_h: float | None
    suggested_count: int
    decision_h: float | None
    decided_count: int
    bands: list[Band]
    bands_from: datetime | None
    bands_to: datetime | None
    year_from: date
    categories: list[Row]
    months: list[Row]


def office_statistics() -> OfficeStatistics:
    """Statistics of the last days and the last twelve months, in a constant number of queries."""
    now = timezone.now()
    since = now - timedelta(days=RECENT_DAYS)
    new = Post.objects.filter(created_at__gte=since)
    counts = new.aggregate(
        lost=Count("pk", filter=Q(kind=Post.Kind.LOST)),
        found=Count("pk", filter=Q(kind=Post.Kind.FOUND)),
    )
    # Not a self-join: with outdated statistics PostgreSQL believes that the table is small, and
    # compares each decision with all others (29 s for 5,000).
    undone = MatchDecision.objects.exclude(undoes=None).values("undoes")
    standing = MatchDecision.objects.filter(action__in=(CONFIRM, REJECT)).exclude(pk__in=undone)
    decided = Counter(standing.filter(at__gte=since).values_list("action", flat=True).order_by())
    times_since = now - timedelta(days=TIMES_DAYS)
    first, suggested_count = _first_suggestion_h(times_since)
    decision, decided_count = _decision_h(standing.filter(at__gte=times_since))
    scored = _scored(standing)
    year_from = first_of_year(timezone.localtime(now))
    posts = Post.objects.filter(created_at__gte=year_from)
    judged = standing.filter(at__gte=year_from)
    return OfficeStatistics(
        new_lost=counts["lost"],
        new_found=counts["found"],
        waiting=Match.objects.filter(status=Match.Status.SUGGESTED).count(),
        confirmed=decided[CONFIRM],
        rejected=decided[REJECT],
        first_suggestion_h=first,
        suggested_count=suggested_count,
        decision_h=decision,
        decided_count=decided_count,
        bands=bands((score, action) for score, action, _at in scored),
        bands_from=scored[-1][2] if scored else None,
        bands_to=scored[0][2] if scored else None,
        year_from=year_from.date(),
        categories=_categories(posts, judged),
        months=_months(posts, judged),
    )


def first_of_year(now: datetime) -> datetime:
    """The start of the twelve months that end with the current one."""
    months = now.year * 12 + now.month - MONTHS  # of the first month, counted from year 0
    first = datetime(months // 12, months % 12 + 1, 1)
    return timezone.make_aware(first, now.tzinfo)


def bands(scored: Iterable[tuple[float, str]]) -> list[Band]:
    """Decisions grouped in bands of probability."""
    listed = list(scored)
    found = []
    for low, high in BANDS:
        inside = [(score, action) for score, action in listed if low <= score < high]
        confirmed = sum(action == CONFIRM for _score, action in inside)
        mean = sum(score for score, _action in inside) / len(inside) if inside else 0.0
        found.append(Band(low, min(high, 1.0), len(inside), confirmed, mean))
    return found


def _scored(standing: QuerySet[MatchDecision]) -> list[tuple[float, str, datetime]]:
    """Newest first, only for strategies whose scores are probabilities."""
    names = [name for name in STRATEGIES if needs_profile(name)]
    rows = standing.filter(strategy__in=names).order_by("-at")
    return list(rows.values_list("score", "action", "at")[:LATEST])


def _first_suggestion_h(since: datetime) -> tuple[float | None, int]:
    """Hours from a lost post, or the found one if it is later, to the first suggestion."""
    first = (
        really_suggested()
        .values("lost")
        .annotate(first=Min("created_at"))
        .filter(first__gte=since)
        .order_by("-first")
        .values_list("lost__created_at", "first")[:LATEST]
    )
    return _median_h([end - start for start, end in first])


def really_suggested() -> QuerySet[Match]:
    """Pairs that somebody was shown as likely, whatever became of them later.

    Leaves out pairs that an exclusion rule hit and pairs sampled for comparison. Either may have
    been withdrawn since: an excluded one still lists its exclusions, and a sampled one keeps its
    sampling probability until it is suggested.
    """
    return (
        Match.objects.shown()
        .filter(sampling_probability=None)
        .exclude(
            Q(status__in=(Match.Status.EXCLUDED, Match.Status.SAMPLED))
            | Q(status=Match.Status.WITHDRAWN) & ~Q(exclusions=[])
        )
    )


def _decision_h(standing: QuerySet[MatchDecision]) -> tuple[float | None, int]:
    rows = standing.filter(action=CONFIRM).order_by("-at")
    pairs = rows.values_list("match__created_at", "at")[:LATEST]
    return _median_h([end - start for start, end in pairs])


def _median_h(spans: Sequence[timedelta]) -> tuple[float | None, int]:
    if not spans:
        return None, 0
    return max(median(span.total_seconds() for span in spans) / 3600, 0.0), len(spans)


def _categories(posts: QuerySet[Post], judged: QuerySet[MatchDecision]) -> list[Row]:
    names = {row.pk: row.name for row in Category.objects.all()}
    counts = _counted(posts, "category", "kind")
    decided = _counted(judged, "match__found__category", "action")
    keys = {key for key, _kind in (*counts, *decided)}
    rows = [_row(names.get(key, _("No category")), key, counts, decided) for key in keys]
    rows.sort(key=lambda row: (-(row.lost + row.found), str(row.label)))
    shown, rest = rows[:CATEGORIES], rows[CATEGORIES:]
    if not rest:
        return shown
    label = ngettext("%(n)d other category", "%(n)d other categories", len(rest))
    others = Row(
        label % {"n": len(rest)},
        sum(row.lost for row in rest),
        sum(row.found for row in rest),
        sum(row.confirmed for row in rest),
        sum(row.rejected for row in rest),
    )
    return [*shown, others]


def _months(posts: QuerySet[Post], judged: QuerySet[MatchDecision]) -> list[Row]:
    counts = _counted(posts.annotate(month=TruncMonth("created_at")), "month", "kind")
    decided = _counted(judged.annotate(month=TruncMonth("at")), "month", "action")
    months = sorted({month for month, _kind in (*counts, *decided)})
    return [_row(month, month, counts, decided) for month in months]


Counts = dict[tuple[Any, str], int]


def _counted(rows: QuerySet[Any], *names: str) -> Counts:
    counted = rows.values_list(*names).annotate(Count("pk")).order_by()
    return {(key, kind): count for key, kind, count in counted}


def _row(label: Any, key: Any, counts: Counts, decided: Counts) -> Row:
    return Row(
        label,
        counts.get((key, Post.Kind.LOST), 0),
        counts.get((key, Post.Kind.FOUND), 0),
        decided.get((key, CONFIRM), 0),
        decided.get((key, REJECT), 0),
    )
