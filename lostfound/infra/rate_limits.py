"""Rate limits on writes, counted by an atomic statement that parallel requests cannot bypass."""

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
from django.utils.translation import ngettext
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from lostfound.infra.redis import redis_client, with_redis
from lostfound.models import ThrottleCounter

HOUR_S: Final = 3600
MINUTE_S: Final = 60
# A whole campus may share one address, so an address has this many times the limit.
ADDRESS_FACTOR: Final = 20
# Requests refused for their content cost little, but not nothing.
ATTEMPTS_FACTOR: Final = 10
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
    def minutes(self) -> int:
        """The wait in whole minutes, rounded up."""
        return minutes_of(self.retry_after_s)


def minutes_of(wait_s: int) -> int:
    """A waiting time in whole minutes, rounded up."""
    return -(-wait_s // MINUTE_S)


def that_was_a_lot(minutes: int) -> str:
    """The message at a limit, for pages and API, with the time left."""
    return ngettext(
        "You have reached the hourly limit. Please try again in %(minutes)d minute.",
        "You have reached the hourly limit. Please try again in %(minutes)d minutes.",
        minutes,
    ) % {"minutes": minutes}


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


def client_address(request: HttpRequest) -> str:
    """The client's address; X-Forwarded-For counts only behind trusted proxies.

    Each trusted proxy appends the address that it saw, so the client's is that many places from
    the right; entries further left may be forged by the client. An IPv6 client owns a whole /64,
    so the network counts as its address.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    count = settings.TRUSTED_PROXY_COUNT
    address = hops[-count] if 0 < count <= len(hops) else peer
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return peer
    if parsed.version == 6 and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def throttle_write(request: HttpRequest, scope: str, limit: int | None = None) -> Verdict:
    """Count one write by the person, or the anonymous address, behind a request.

    Args:
        scope: what is being done, such as "post"; scopes are counted separately.
        limit: writes per hour; POSTS_PER_HOUR by default.
    """
    per_hour = settings.POSTS_PER_HOUR if limit is None else limit
    address = f"address:{client_address(request)}"
    if not request.user.is_authenticated:
        return allow(scope, address, per_hour)
    verdict = allow(scope, f"user:{request.user.pk}", per_hour)
    return allow(scope, address, per_hour * ADDRESS_FACTOR) if verdict.allowed else verdict


class LimitReached(Throttled):
    """Saving one more would exceed the limit; `minutes` is the time to wait."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(retry_after_s)
        self.minutes = minutes_of(retry_after_s)


class WriteThrottle(BaseThrottle):
    """The limit for the API: counts unsafe methods under the view's `throttle_scope`."""

    retry_after_s = 0

    @staticmethod
    def counts(method: str) -> bool:
        """Whether requests with this method are limited; the schema uses this too."""
        return method not in READING

    def allow_request(self, request: Request, view: Any) -> bool:
        """See rest_framework: whether this request is within the limit."""
        if not self.counts(str(request.method)):
            return True
        verdict = self.count(request, view)
        self.retry_after_s = verdict.retry_after_s
        return verdict.allowed

    def count(self, request: Request, view: Any) -> Verdict:
        """Count one request, and return whether it is within the limit."""
        return throttle_write(request, *limit_of(view))

    def wait(self) -> float:
        """See rest_framework: seconds until the window ends."""
        return float(self.retry_after_s)


class AttemptThrottle(WriteThrottle):
    """For views that count saved objects by `count_saved`; this limits refused requests."""

    def count(self, request: Request, view: Any) -> Verdict:
        """Count one attempt, and return whether it is within the limit."""
        scope, limit = limit_of(view)
        return throttle_write(request, f"{scope}-attempt", limit * ATTEMPTS_FACTOR)


def limit_of(view: Any) -> tuple[str, int]:
    """The scope and the hourly limit of an API view's writes."""
    scope = getattr(view, "throttle_scope", "write")
    return scope, getattr(view, "throttle_limit", None) or settings.POSTS_PER_HOUR


def count_one(request: HttpRequest, scope: str, limit: int | None = None) -> None:
    """Count one valid object, just before it is saved.

    Raises: LimitReached
    """
    verdict = throttle_write(request, scope, limit)
    if not verdict.allowed:
        raise LimitReached(verdict.retry_after_s)


def count_saved(request: Request, view: Any) -> None:
    """Count one valid object in an API view, which determines scope and limit.

    Raises: LimitReached
    """
    count_one(request, *limit_of(view))
