"""Finds the posts that have changed since this process last looked, in one small query."""

from typing import Final

from django.db import connection
from django.db.models import Max, Q

from matching.models import IndexChange

TOO_MANY: Final = 5000  # changes, above which reading everything again is faster
NOTHING: Final = object()


class ChangeCursor:
    """A process's position in the changes; create it before reading the posts it tracks."""

    def __init__(self) -> None:
        self._last = IndexChange.objects.aggregate(last=Max("pk"))["last"] or 0
        self._horizon = _horizon()
        self._seen: set[int] = set()

    def changed(self) -> set[int] | None:
        """Ids of posts that have changed since the last call; None if any post may have."""
        horizon = _horizon()
        # The last known row is read again: its presence proves that nothing was pruned since.
        wanted = Q(pk__gte=self._last)
        if self._horizon is not None:
            # Rows of transactions that were in progress at the last look: some are new, some known.
            wanted = Q(pk=self._last) | Q(transaction__gte=self._horizon)
        noted = IndexChange.objects.filter(wanted).order_by("pk").values_list("pk", "post_id")
        rows = dict(noted[: TOO_MANY + 2])
        if self._last and rows.pop(self._last, NOTHING) is NOTHING:
            return None  # another database, or unread changes were pruned
        if not self._last and rows and min(rows) > 1:
            return None
        found = {pk: post_id for pk, post_id in rows.items() if pk not in self._seen}
        self._last, self._horizon = max(self._last, *rows, 0), horizon
        self._seen = rows.keys() | self._seen if horizon is not None else set()
        if len(found) > TOO_MANY or len(self._seen) > 2 * TOO_MANY:
            return None
        changed = set(found.values())
        return None if None in changed else {pk for pk in changed if pk is not None}


def _horizon() -> int | None:
    """The oldest transaction in progress; None on SQLite, which has only one writer."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        (horizon,) = cursor.fetchone()
    return int(horizon)
