"""Counting requests against `limits.LIMITS`, with one atomic statement each.

Parallel requests cannot slip past it.
"""

import hashlib
import ipaddress
import math
import time
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from lostfound.infra import limits
from lostfound.infra.limits import LIMITS, LimitName
from lostfound.infra.redis import redis_client, with_redis
from lostfound.models import ThrottleCounter

HOUR_S: Final = 3600
MINUTE_S: Final = 60
READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
REDIS_PREFIX: Final = "lostfound:limit:"

# Valid on both SQLite (3.35 and later) and PostgreSQL.
COUNT_SQL: Final = """
    INSERT INTO lostfound_throttlecounter ("key", "count", "expires_at") VALUES (%s, 1, %s)
    ON CONFLICT ("key") DO UPDATE SET "count" = lostfound_throttlecounter."count" + 1
    RETURNING "count"
"""


class Verdict(NamedTuple):
    """Whether one more is allowed, and if not, in how many seconds."""

    allowed: bool
    retry_after_s: int

    @property
    def retry_at(self) -> str:
        """The local time from which one more is allowed, such as "15:00"."""
        return clock_time_in(self.retry_after_s)


def clock_time_in(wait_s: int) -> str:
    """The local time in `wait_s` seconds, to the nearest minute, such as "15:00"."""
    # Nearest: the wait is rounded up to whole seconds, so it can end just after the full hour.
    at_s = time.time() + wait_s + MINUTE_S // 2
    return f"{datetime.fromtimestamp(at_s, tz=timezone.get_current_timezone()):%H:%M}"


def allow(scope: str, ident: str, limit: int, window_s: int = HOUR_S) -> Verdict:
    """Count one more of `scope` by `ident`, and return whether it is within the limit.

    Counts in Redis if there is one. While Redis is away the database counts, starting at zero: at
    worst a person can write twice the limit within that window.

    Inside a transaction, call this last: other writers wait for the counter until the commit. The
    database does not count what is rolled back, but Redis does.

    Args:
        ident: a person or an address; only its hash is stored.
        limit: how many are allowed per fixed window.
    """
    now_s = time.time()
    window = int(now_s // window_s)
    ends_s = (window + 1) * window_s
    digest = hashlib.sha256(f"{settings.SECRET_KEY}:{ident}".encode()).hexdigest()[:32]
    key = f"{scope}:{window_s}:{window}:{digest}"
    if settings.REDIS_URL:
        count = with_redis(
            lambda: _count_in_redis(key, ends_s), lambda: _count_in_database(key, ends_s)
        )
    else:
        count = _count_in_database(key, ends_s)
    if count <= limit:
        return Verdict(True, 0)
    return Verdict(False, max(1, math.ceil(ends_s - now_s)))


def _count_in_database(key: str, ends_s: int) -> int:
    expires_at = connection.ops.adapt_datetimefield_value(datetime.fromtimestamp(ends_s, tz=UTC))
    with connection.cursor() as cursor:
        cursor.execute(COUNT_SQL, [key, expires_at])
        count: int = cursor.fetchone()[0]
    return count


def _count_in_redis(key: str, ends_s: int) -> int:
    """Uses one transaction, so that no counter is left without an expiry."""
    counting = redis_client().pipeline(transaction=True)
    counting.incr(REDIS_PREFIX + key)
    counting.expireat(REDIS_PREFIX + key, ends_s)
    count, _ = counting.execute()
    return int(count)


def prune_throttles() -> int:
    """Remove the counters of past windows; returns their number."""
    return ThrottleCounter.objects.filter(expires_at__lt=timezone.now()).delete()[0]


def sender_address(request: HttpRequest) -> str:
    """The client's address; X-Forwarded-For counts only behind trusted proxies.

    Each trusted proxy appends the address that it saw, so the client's is that many places from
    the right; entries further left may be forged by the client.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    count = settings.TRUSTED_PROXY_COUNT
    address = hops[-count] if 0 < count <= len(hops) else peer
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return peer
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def client_address(request: HttpRequest) -> str:
    """What counts as one client: its address, or the /64 that an IPv6 client owns as a whole."""
    address = sender_address(request)
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address


def count_request(request: HttpRequest, name: LimitName, *, is_attempt: bool = False) -> Verdict:
    """Count a request against a limit, for its person and its address.

    Args:
        is_attempt: count it as an attempt, which has a higher limit.
    """
    limit = LIMITS[name]
    scope, factor = (f"{name}-attempt", limits.ATTEMPTS_FACTOR) if is_attempt else (name, 1)
    per_hour = limit.per_hour * factor
    address = f"address:{client_address(request)}"
    if not request.user.is_authenticated:
        return allow(scope, address, per_hour * limit.anonymous_factor)
    verdict = allow(scope, f"user:{request.user.pk}", per_hour)
    return allow(scope, address, per_hour * limits.ADDRESS_FACTOR) if verdict.allowed else verdict


class LimitReached(Throttled):
    """Saving one more would exceed the limit; `retry_at` is a local time such as "15:00"."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(retry_after_s)
        self.retry_at = clock_time_in(retry_after_s)


def count_one(request: HttpRequest, name: LimitName) -> None:
    """Count something that has just been saved, in the transaction that saves it.

    Call it last: the counter stays locked until the commit, and a whole campus may share one.
    Redis takes no part in the transaction, so it must not count what is refused afterwards.

    Raises:
        LimitReached: the limit is exceeded; the transaction must be rolled back.
    """
    verdict = count_request(request, name)
    if not verdict.allowed:
        raise LimitReached(verdict.retry_after_s)


class RequestThrottle(BaseThrottle):
    """Counts each request to an API view against the view's `limit`, including reads.

    If the limit counts saved changes, the request itself counts as an attempt.
    """

    retry_after_s = 0

    @staticmethod
    def counts(method: str) -> bool:
        """Whether requests with this method are limited; also used by the schema."""
        return True

    def allow_request(self, request: Request, view: Any) -> bool:
        """See rest_framework: whether this request is within the limit."""
        if not self.counts(str(request.method)):
            return True
        name: LimitName = view.limit
        verdict = count_request(request, name, is_attempt=LIMITS[name].counts_saved)
        self.retry_after_s = verdict.retry_after_s
        return verdict.allowed

    def wait(self) -> float:
        """See rest_framework: seconds until the window ends."""
        return float(self.retry_after_s)


class WriteThrottle(RequestThrottle):
    """A `RequestThrottle` that limits unsafe methods only."""

    @staticmethod
    def counts(method: str) -> bool:
        """See `RequestThrottle`."""
        return method not in READING
