"""Finds the posts that have changed since this process last looked, in one small query."""

from typing import Final

from django.db import connection
from django.db.models import Max, Min

from matching.models import IndexChange

TOO_MANY: Final = 5000  # changes; above it, reading everything again is faster


class ChangeCursor:
    """A process's position in the changes; create it before reading the posts it tracks."""

    def __init__(self) -> None:
        self._last = IndexChange.objects.aggregate(last=Max("pk"))["last"] or 0
        self._horizon = _horizon()
        self._seen: set[int] = set()

    def changed(self) -> set[int] | None:
        """Ids of posts that have changed since the last call; None if any post may have."""
        horizon = _horizon()
        bounds = IndexChange.objects.aggregate(first=Min("pk"), last=Max("pk"))
        first, last = bounds["first"] or 0, bounds["last"] or 0
        if last < self._last or first > self._last + 1:
            return None  # another database, or unread changes were pruned
        if horizon is None and last == self._last:
            return set()
        rows = IndexChange.objects.filter(pk__gt=self._last)
        if self._horizon is not None:
            # Rows of transactions that were in progress at the last look: some are new, some known.
            rows = IndexChange.objects.filter(transaction__gte=self._horizon)
        found = [
            (pk, post_id)
            for pk, post_id in rows.values_list("pk", "post_id")[: TOO_MANY + 1]
            if pk not in self._seen
        ]
        self._last, self._horizon = last, horizon
        self._seen = {pk for pk, _ in found} | self._seen if horizon is not None else set()
        if len(self._seen) > 2 * TOO_MANY:
            return None
        if len(found) > TOO_MANY or any(post_id is None for _, post_id in found):
            return None
        return {post_id for _, post_id in found if post_id is not None}


def _horizon() -> int | None:
    """The oldest transaction in progress; None on SQLite, which has only one writer."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        (horizon,) = cursor.fetchone()
    return int(horizon)
