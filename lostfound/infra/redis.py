"""The client of Redis, if REDIS_URL is set, and the fallback while it is away."""

import logging
import time
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from django.conf import settings

if TYPE_CHECKING:
    from redis import Redis

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")

CONNECT_S: Final = 2.0
ANSWER_S: Final = 3.0  # more than the second that the task queue waits for a task
ASK_AGAIN_AFTER_S: Final = 5.0  # so that not every step waits for a timeout


class RedisAway(Exception):
    """Redis does not answer, or did not answer a moment ago."""


class _Presence:
    """Whether Redis answers, as far as this process knows; threads may briefly disagree."""

    is_away = False
    ask_again_at = 0.0


_presence = _Presence()


def redis_options() -> dict[str, Any]:
    """Connection options: one reconnect after a lost connection, and short timeouts."""
    from redis.backoff import NoBackoff
    from redis.exceptions import ConnectionError
    from redis.retry import Retry

    return {
        "socket_connect_timeout": CONNECT_S,
        "socket_timeout": ANSWER_S,
        # The library's default waits for up to ten seconds and retries after timeouts.
        "retry": Retry(NoBackoff(), 1, supported_errors=(ConnectionError,)),
    }


def redis_client() -> "Redis":
    """This process's client, shared by all threads."""
    return _client(settings.REDIS_URL)


@lru_cache(maxsize=4)
def _client(url: str) -> "Redis":
    from redis import Redis

    return Redis.from_url(url, **redis_options())


def ask_redis(work: Callable[[], Answer]) -> Answer:
    """Run work that needs Redis.

    Raises:
        RedisAway: Redis does not answer; for ASK_AGAIN_AFTER_S it is not tried again.
    """
    from redis.exceptions import RedisError

    if time.monotonic() < _presence.ask_again_at:
        raise RedisAway("Redis did not answer a moment ago.")
    try:
        answer = work()
    except RedisError as error:
        _presence.ask_again_at = time.monotonic() + ASK_AGAIN_AFTER_S
        if not _presence.is_away:
            logger.warning("Redis does not answer, the database stands in for it: %s", error)
        _presence.is_away = True
        raise RedisAway(str(error)) from error
    if _presence.is_away:
        logger.warning("Redis answers again")
        _presence.is_away = False
    return answer


def with_redis(work: Callable[[], Answer], otherwise: Callable[[], Answer]) -> Answer:
    """Run work that needs Redis, or `otherwise` while Redis is away."""
    try:
        return ask_redis(work)
    except RedisAway:
        return otherwise()


def forget_absence() -> None:
    """Forget that Redis was away, so that the next call tries it at once."""
    _presence.is_away, _presence.ask_again_at = False, 0.0
