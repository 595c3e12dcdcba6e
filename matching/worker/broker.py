"""The queue's broker where REDIS_URL is set. Must not import torch.

It has no receipts: what is lost with it waits in the outbox, and the sweep sends it again.
"""

from typing import Any

from django_q.brokers import redis_broker

from lostfound.infra.redis import ask_redis, redis_client


class RedisBroker(redis_broker.Redis):  # type: ignore[misc]
    """The queue's own, on the process's one client; sending fails at once while Redis is away."""

    @staticmethod
    def get_connection(list_key: str | None = None) -> Any:
        """The client that everything else uses."""
        return redis_client()

    def enqueue(self, task: Any) -> Any:
        """Put a task into the queue.

        Raises:
            RedisAway: the outbox keeps what was to be sent.
        """
        return ask_redis(lambda: super(RedisBroker, self).enqueue(task))
