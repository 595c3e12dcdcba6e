"""Figures of the things at the offices in a period: what came, what left, how long it took.

Read-only, in a constant number of queries. Erased posts leave their things without a category.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any, Final

from django.db.models import Exists, F, Max, Min, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.models import Category, Handover, Item, Notification, Office
from matching.models import Match, MatchDecision
from matching.status.statistics import CONFIRM, really_suggested

DISPOSED: Final = (
    *(Item.State.AT_POLICE, Item.State.DONATED),
    *(Item.State.DESTROYED, Item.State.TO_FINDER),
)
HOURS_A_DAY: Final = 24
MOST_DAYS: Final = 366 * 5  # a longer period is cut


@dataclass
class ThingRow:
    """Counts for one category, office or month; `days` are the days in store of what left."""

    label: Any
    received: int = 0
    returned: int = 0
    disposed: int = 0
    missing: int = 0
    in_store: int = 0
    settled: int = 0  # of those received in the period, how many were returned
    days: list[float] = field(default_factory=list)

    @property
    def share(self) -> float | None:
        """Share of what came in the period that is back with its owner; None if nothing came."""
        return self.settled / self.received if self.received else None

    @property
    def median_days(self) -> float | None:
        """Median of the days in store; None if nothing left."""
        return median(self.days) if self.days else None


@dataclass(frozen=True)
class ThingStatistics:
    """Everything on the page.

    Attributes:
        first, last: the period, both days included.
        first_suggestion_h: median hours from a lost post to its first suggestion.
        collection_h: median hours from an approved claim to the hand-over.
        alerts_right, alerts_wrong: pairs that losers were told of in the period, as staff decided.
        found_without_alert: pairs confirmed in the period of which their loser had not been told.
    """

    first: date
    last: date
    total: ThingRow
    categories: list[ThingRow]
    offices: list[ThingRow]
    months: list[ThingRow]
    first_suggestion_h: float | None
    collection_h: float | None
    alerts_right: int
    alerts_wrong: int
    found_without_alert: int

    @property
    def alert_precision(self) -> float | None:
        """Share of decided alerts that were right; None without decisions."""
        decided = self.alerts_right + self.alerts_wrong
        return self.alerts_right / decided if decided else None


def thing_statistics(first: date, last: date) -> ThingStatistics:
    """Figures from one day to another, both included, in local days."""
    start, end = _start_of(first), _start_of(last + timedelta(days=1))
    rows = _rows(start, end)
    names = {category.pk: category.name for category in Category.objects.all()}
    offices = {office.pk: office.name for office in Office.objects.all()}
    total = ThingRow(_("All"))
    by_category = _Groups(lambda key: names.get(key, _("No category")))
    by_office = _Groups(lambda key: offices.get(key, _("No office")))
    by_month = _Groups(lambda key: key)
    for row in rows:
        groups = (total, by_category.of(row["post__category"]), by_office.of(row["office"]))
        for group in groups:
            _count(group, row, start, end)
        _count_months(by_month, row, start, end)
    right, wrong = _alerts(start, end)
    return ThingStatistics(
        first=first,
        last=last,
        total=total,
        categories=by_category.sorted(lambda row: (-row.received, str(row.label))),
        offices=by_office.sorted(lambda row: str(row.label)),
        months=by_month.sorted(lambda row: row.label),
        first_suggestion_h=_first_suggestion_h(start, end),
        collection_h=_collection_h(start, end),
        alerts_right=right,
        alerts_wrong=wrong,
        found_without_alert=_found_without_alert(start, end),
    )


class _Groups:
    """Rows by key, made when they are needed."""

    def __init__(self, label: Callable[[Any], Any]) -> None:
        self._label = label
        self._rows: dict[Any, ThingRow] = {}

    def of(self, key: Any) -> ThingRow:
        if key not in self._rows:
            self._rows[key] = ThingRow(self._label(key))
        return self._rows[key]

    def sorted(self, order: Callable[[ThingRow], Any]) -> list[ThingRow]:
        return sorted(self._rows.values(), key=order)


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))


def _rows(start: datetime, end: datetime) -> Iterable[dict[str, Any]]:
    """Things that came or left in the period, or are in store now."""
    moved = ~Q(custody__from_state=F("custody__to_state"))
    left = moved & Q(custody__to_state__in=Item.LEFT)
    things = Item.objects.exclude(received_at=None).exclude(state=Item.State.VOID)
    things = things.annotate(left_at=Max("custody__at", filter=left)).filter(
        Q(received_at__gte=start, received_at__lt=end)
        | Q(left_at__gte=start, left_at__lt=end)
        | Q(state__in=Item.IN_CUSTODY)
    )
    names = ("post__category", "office", "state", "received_at", "left_at")
    rows: Iterable[dict[str, Any]] = things.order_by().values(*names).iterator(chunk_size=2000)
    return rows


def _count(group: ThingRow, row: dict[str, Any], start: datetime, end: datetime) -> None:
    state, received, left = row["state"], row["received_at"], row["left_at"]
    is_new = start <= received < end
    has_left = state in Item.LEFT and left is not None
    group.received += is_new
    group.settled += is_new and state == Item.State.HANDED_OVER
    group.in_store += state in Item.IN_CUSTODY and state != Item.State.MISSING
    group.missing += state == Item.State.MISSING
    if has_left and start <= left < end:
        group.returned += state == Item.State.HANDED_OVER
        group.disposed += state in DISPOSED
        group.days.append((left - received).total_seconds() / 3600 / HOURS_A_DAY)


def _count_months(months: _Groups, row: dict[str, Any], start: datetime, end: datetime) -> None:
    """What came counts in its month, what left in the month in which it left."""
    state, received, left = row["state"], row["received_at"], row["left_at"]
    if start <= received < end:
        month = months.of(_month(received))
        month.received += 1
        month.settled += state == Item.State.HANDED_OVER
        month.in_store += state in Item.IN_CUSTODY and state != Item.State.MISSING
        month.missing += state == Item.State.MISSING
    if state in Item.LEFT and left is not None and start <= left < end:
        month = months.of(_month(left))
        month.returned += state == Item.State.HANDED_OVER
        month.disposed += state in DISPOSED
        month.days.append((left - received).total_seconds() / 3600 / HOURS_A_DAY)


def _month(at: datetime) -> date:
    return timezone.localdate(at).replace(day=1)


def _median_h(spans: Iterable[timedelta]) -> float | None:
    hours = [span.total_seconds() / 3600 for span in spans]
    return max(median(hours), 0.0) if hours else None


def _first_suggestion_h(start: datetime, end: datetime) -> float | None:
    first = really_suggested().values("lost").annotate(first=Min("created_at"))
    within = first.filter(first__gte=start, first__lt=end).order_by()
    pairs = within.values_list("lost__created_at", "first")
    return _median_h(at - posted for posted, at in pairs)


def _collection_h(start: datetime, end: datetime) -> float | None:
    rows = Handover.objects.filter(at__gte=start, at__lt=end, reversed_at=None)
    pairs = rows.exclude(claim__decided_at=None).values_list("claim__decided_at", "at")
    return _median_h(at - approved for approved, at in pairs if approved is not None)


def _alerts(start: datetime, end: datetime) -> tuple[int, int]:
    """Of the pairs that losers were told of in the period: confirmed, and rejected."""
    told = Notification.objects.filter(
        kind=Notification.Kind.SUGGESTED,
        post=OuterRef("lost"),
        other_post=OuterRef("found"),
        created_at__gte=start,
        created_at__lt=end,
    )
    counts: dict[str, int] = defaultdict(int)
    decided = (Match.Status.CONFIRMED, Match.Status.REJECTED)
    for status in Match.objects.filter(Exists(told), status__in=decided).values_list(
        "status", flat=True
    ):
        counts[status] += 1
    return counts[Match.Status.CONFIRMED], counts[Match.Status.REJECTED]


def _found_without_alert(start: datetime, end: datetime) -> int:
    undone = MatchDecision.objects.exclude(undoes=None).values("undoes")
    standing = MatchDecision.objects.filter(action=CONFIRM, at__gte=start, at__lt=end)
    told = Notification.objects.filter(
        kind=Notification.Kind.SUGGESTED,
        post=OuterRef("match__lost"),
        other_post=OuterRef("match__found"),
        created_at__lt=OuterRef("at"),
    )
    return standing.exclude(pk__in=undone).filter(~Exists(told)).count()
