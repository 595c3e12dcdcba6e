"""The shared cache of several machines: Redis, or a database table while Redis is away."""

from collections.abc import Callable
from typing import Any, Final

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.redis import RedisCache

from lostfound.infra.redis import redis_options, with_redis

TABLE: Final = "cache"


def _either(name: str) -> Callable[..., Any]:
    def method(self: "RedisOrDatabaseCache", *args: Any, **kwargs: Any) -> Any:
        return with_redis(
            lambda: getattr(self.redis, name)(*args, **kwargs),
            lambda: getattr(self.database, name)(*args, **kwargs),
        )

    method.__name__ = name
    return method


class RedisOrDatabaseCache(BaseCache):
    """Redis, or the database while it is away. They share no entries: sign-in limits restart."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self.redis = RedisCache(server, {**params, "OPTIONS": redis_options()})
        self.database = DatabaseCache(TABLE, params)

    add = _either("add")
    get = _either("get")
    set = _either("set")
    touch = _either("touch")
    delete = _either("delete")
    get_many = _either("get_many")
    has_key = _either("has_key")
    incr = _either("incr")
    set_many = _either("set_many")
    delete_many = _either("delete_many")
    clear = _either("clear")
