"""The task queue's broker if REDIS_URL is set. Must not import torch.

There are no receipts: a lost task is still in the outbox, and the sweep enqueues it again.
"""

from typing import Any

from django_q.brokers import redis_broker

from lostfound.infra.redis import ask_redis, redis_client


class RedisBroker(redis_broker.Redis):  # type: ignore[misc]
    """django-q's Redis broker on this process's client; enqueueing fails fast without Redis."""

    @staticmethod
    def get_connection(list_key: str | None = None) -> Any:
        """The client that the rest of this process uses."""
        return redis_client()

    def enqueue(self, task: Any) -> Any:
        """Put a task into the queue.

        Raises:
            RedisAway: the task stays in the outbox.
        """
        return ask_redis(lambda: super(RedisBroker, self).enqueue(task))
