"""Keeps what the police's lists say, page by page, in constant memory.

A run that could not read its whole list is partial: what it read is kept, and nothing expires.
"""

import logging
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from lostfound.hooks import report_police_fetch
from lostfound.models import Category, PoliceFetch, PoliceFound
from lostfound.police.client import INSTITUTION, POLICE, PoliceClient
from lostfound.police.codes import categories_by_class
from lostfound.police.errors import (
    AnswerUnreadable,
    KeyRefused,
    PoliceError,
    QuotaSpent,
    RequestRefused,
)
from lostfound.police.rows import is_returned, row_of

logger = logging.getLogger(__name__)

SERVICES: Final = (POLICE, INSTITUTION)
PAGE_ROWS: Final = 500
OVERLAP_DAYS: Final = 3  # rows are entered late
KEPT_DAYS: Final = 274  # nine months: after those, a thing belongs to the State
MAX_PAGES: Final = 400  # 200,000 rows: all of Korea has 46,113 a month
STUCK_AFTER: Final = timedelta(hours=2)
LEASES: Final = 3  # times the budget: the last page may be slow, and is asked for three times
PROBLEMS: Final = {
    KeyRefused: PoliceFetch.Problem.KEY,
    QuotaSpent: PoliceFetch.Problem.QUOTA,
    RequestRefused: PoliceFetch.Problem.REQUEST,
    AnswerUnreadable: PoliceFetch.Problem.ANSWER,
}
# What a changed row takes over from the list; the key and the detail stay.
UPDATED: Final = (
    *("title", "name", "class_name", "police_class", "category", "colour_name", "colour"),
    *("found_on", "station", "region", "image_url", "content_hash"),
)


class FetchRefused(Exception):
    """Nothing is asked now: the day's limit is reached, or another run is going on."""


@dataclass(frozen=True)
class Span:
    """What one run reads."""

    service: str
    region: str
    first: date
    last: date


def fetch_police(
    client: PoliceClient, *, services: Sequence[str] = SERVICES, days: int | None = None
) -> list[PoliceFetch]:
    """Read the lists of the campus's region; returns the runs, the last of which may have failed.

    Args:
        days: how many days back; POLICE_DAYS if None.

    Raises:
        FetchRefused: the limit was reached earlier today, or another run has not ended.
    """
    _refuse()
    runs = []
    for service in services:
        run = fetch_list(client, _span_of_today(service, days))
        runs.append(run)
        if run.state == PoliceFetch.State.STOPPED:
            break
    prune_police()
    report_police_fetch()
    return runs


def prune_police() -> int:
    """Delete things that belong to the State by now; returns how many."""
    old = timezone.localdate() - timedelta(days=KEPT_DAYS)
    return PoliceFound.objects.filter(found_on__lt=old).delete()[0]


def _refuse() -> None:
    now = timezone.now()
    running = PoliceFetch.objects.filter(state=PoliceFetch.State.RUNNING)
    running.filter(started_at__lt=now - STUCK_AFTER).update(
        state=PoliceFetch.State.PARTIAL,
        problem=PoliceFetch.Problem.INTERRUPTED,
        ended_at=now,
    )
    if running.exists():
        raise FetchRefused("Another run has not ended yet.")
    newest = PoliceFetch.objects.first()
    is_spent = newest is not None and newest.problem == PoliceFetch.Problem.QUOTA
    if is_spent and newest and timezone.localdate(newest.started_at) == timezone.localdate():
        raise FetchRefused("The service answers no more today. Try again tomorrow.")


def fetch_part(client: PoliceClient, *, budget_s: float) -> bool:
    """Go on with the night's run for a while; returns whether nothing is left to do today.

    A task of the worker may not run for as long as a whole list takes, so each reads some pages.
    """
    run = PoliceFetch.objects.filter(state=PoliceFetch.State.RUNNING).first()
    now = timezone.now()
    if run is None:
        started = PoliceFetch.objects.filter(started_at__date=timezone.localdate())
        left = [
            name for name in SERVICES if name not in set(started.values_list("service", flat=True))
        ]
        if not left or started.filter(state=PoliceFetch.State.STOPPED).exists():
            return True
        run = _start(_span_of_today(left[0]))
    lease = now + timedelta(seconds=LEASES * budget_s)
    free = PoliceFetch.objects.filter(pk=run.pk, state=PoliceFetch.State.RUNNING)
    free = free.filter(Q(busy_until=None) | Q(busy_until__lt=now))
    if not free.update(busy_until=lease):
        return True  # another task is at it
    run.refresh_from_db()
    span = Span(run.service, run.region, run.first_day, run.last_day)
    _go_on(client, span, run, time.monotonic() + budget_s)
    if run.state != PoliceFetch.State.RUNNING:
        report_police_fetch()
    return False


def _span_of_today(service: str, days: int | None = None) -> Span:
    today = timezone.localdate()
    first = today - timedelta(days=(days or settings.POLICE_DAYS) + OVERLAP_DAYS)
    return Span(service, settings.POLICE_REGION, first, today)


def _start(span: Span) -> PoliceFetch:
    return PoliceFetch.objects.create(
        service=span.service, region=span.region, first_day=span.first, last_day=span.last
    )


def fetch_list(client: PoliceClient, span: Span) -> PoliceFetch:
    """Read one list from the first page to the last, and note how it went."""
    run = _start(span)
    _go_on(client, span, run, deadline_s=float("inf"))
    return run


def _go_on(client: PoliceClient, span: Span, run: PoliceFetch, deadline_s: float) -> None:
    """Read pages until the list or the time ends; the run says how that ended."""
    state: str = PoliceFetch.State.PARTIAL
    problem: str = PoliceFetch.Problem.INTERRUPTED
    detail = ""
    try:
        is_done = _read_pages(client, span, run, deadline_s)
        state, problem = PoliceFetch.State.COMPLETE, ""
        if not is_done:
            state = PoliceFetch.State.RUNNING
    except PoliceError as error:
        problem, detail = PROBLEMS[type(error)], error.detail
        if not isinstance(error, AnswerUnreadable):
            state = PoliceFetch.State.STOPPED
        logger.warning("The list of %s could not be read: %s", span.service, detail)
    finally:
        if state == PoliceFetch.State.COMPLETE:
            run.expired = _expire(span, run)
        run.state, run.problem, run.detail, run.busy_until = state, problem, detail, None
        run.ended_at = None if state == PoliceFetch.State.RUNNING else timezone.now()
        run.save()


def _read_pages(client: PoliceClient, span: Span, run: PoliceFetch, deadline_s: float) -> bool:
    """Whether the last page was read before the deadline.

    Raises: PoliceError
    """
    categories = categories_by_class()
    before: frozenset[tuple[str, str]] = frozenset()
    for number in range(run.pages + 1, MAX_PAGES + 1):
        if time.monotonic() > deadline_s:
            return False
        page = client.page(
            *(span.service, span.region, span.first, span.last), number=number, rows=PAGE_ROWS
        )
        if number == 1:
            run.total = page.total
            _refuse_sudden_emptiness(span, run.total)
        if not page.items:
            if run.rows < run.total:
                missing = run.total - run.rows
                raise AnswerUnreadable(f"page {number} is empty, and {missing} rows are missing")
            return True
        keys = frozenset((item.get("atcId", ""), item.get("fdSn", "")) for item in page.items)
        if keys == before or _has_read_all(keys, span, run):
            raise AnswerUnreadable(f"page {number} repeats one before it")
        before = keys
        _keep(page.items, span, run, categories)
        run.pages, run.rows = number, run.rows + len(page.items)
        if run.rows >= run.total:
            return True
    raise AnswerUnreadable("there are too many pages")


def _has_read_all(keys: Collection[tuple[str, str]], span: Span, run: PoliceFetch) -> bool:
    """Whether this run has kept every thing of a page already."""
    numbers = {number for number, _ in keys}
    seen = PoliceFound.objects.filter(service=span.service, seen_in=run, atc_id__in=numbers)
    return len(set(seen.values_list("atc_id", flat=True))) == len(numbers)


def _refuse_sudden_emptiness(span: Span, total: int) -> None:
    """A region that had things yesterday is not empty today: that is an error without a code."""
    if total == 0 and _listed(span).exists():
        raise AnswerUnreadable("the list is suddenly empty")


@transaction.atomic
def _keep(
    items: Iterable[Mapping[str, str]],
    span: Span,
    run: PoliceFetch,
    categories: Mapping[str, Category],
) -> None:
    """Insert the rows of a page that are new, update those that differ, and mark all as seen."""
    rows: dict[tuple[str, int], PoliceFound] = {}
    for item in items:
        row = row_of(item, span.service, span.region, categories)
        if row is not None and _is_wanted(row):
            rows[row.atc_id, row.fd_sn] = row
    known = {
        (row.atc_id, row.fd_sn): row
        for row in PoliceFound.objects.filter(
            service=span.service, atc_id__in={number for number, _ in rows}
        )
    }
    fresh, changed, same = [], [], []
    for key, row in rows.items():
        there = known.get(key)
        if there is None:
            row.seen_in = run
            fresh.append(row)
            continue
        # The list may have it for days after its detail said that it was returned.
        is_back = there.gone_at is not None and not is_returned(there.status_name)
        if there.content_hash != row.content_hash or is_back:
            for name in UPDATED:
                setattr(there, name, getattr(row, name))
            there.gone_at = None if is_back else there.gone_at
            there.seen_in = run
            changed.append(there)
        else:
            same.append(there.pk)
    PoliceFound.objects.bulk_create(fresh)
    PoliceFound.objects.bulk_update(changed, [*UPDATED, "gone_at", "seen_in"])
    PoliceFound.objects.filter(pk__in=same).update(seen_in=run)
    run.added += len(fresh)
    run.changed += len(changed)


def _is_wanted(row: PoliceFound) -> bool:
    """Whether it is kept near enough: one of POLICE_PLACES stands in the name of its station."""
    places: Sequence[str] = settings.POLICE_PLACES
    return not places or any(place in row.station for place in places)


def _listed(span: Span) -> QuerySet[PoliceFound]:
    return PoliceFound.objects.there().filter(
        service=span.service,
        region=span.region,
        found_on__gte=span.first,
        found_on__lte=span.last,
    )


def _expire(span: Span, run: PoliceFetch) -> int:
    """Mark what a complete list no longer has: its owner has collected it."""
    return _listed(span).exclude(seen_in=run).update(gone_at=timezone.now())
