"""Redis, where REDIS_URL names one: its client, and what is done while it is away."""

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
ANSWER_S: Final = 3.0  # above the second that the queue waits for a task
ASK_AGAIN_AFTER_S: Final = 5.0  # nobody waits for a timeout at every single step meanwhile


class RedisAway(Exception):
    """Redis does not answer now, or did not a moment ago."""


class _Presence:
    """What this process knows of Redis; threads may disagree for a moment without harm."""

    is_away = False
    ask_again_at = 0.0


_presence = _Presence()


def redis_options() -> dict[str, Any]:
    """How connections are made: a lost one is made anew once, and nothing waits for long."""
    from redis.backoff import NoBackoff
    from redis.exceptions import ConnectionError
    from redis.retry import Retry

    return {
        "socket_connect_timeout": CONNECT_S,
        "socket_timeout": ANSWER_S,
        # The library's own waits for up to ten seconds, and asks again whoever did not answer.
        "retry": Retry(NoBackoff(), 1, supported_errors=(ConnectionError,)),
    }


def redis_client() -> "Redis":
    """The client of this process, for all of its threads."""
    return _client(settings.REDIS_URL)


@lru_cache(maxsize=4)
def _client(url: str) -> "Redis":
    from redis import Redis

    return Redis.from_url(url, **redis_options())


def ask_redis(work: Callable[[], Answer]) -> Answer:
    """Do what needs Redis.

    Raises:
        RedisAway: it does not answer; for ASK_AGAIN_AFTER_S it is not even asked.
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
    """Do what needs Redis, and something else while it is away."""
    try:
        return ask_redis(work)
    except RedisAway:
        return otherwise()


def forget_absence() -> None:
    """Ask Redis again at once."""
    _presence.is_away, _presence.ask_again_at = False, 0.0
