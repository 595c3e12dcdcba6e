"""The address from which the current request came, for records that services write."""

from contextvars import ContextVar

# Empty outside of requests, such as in commands.
current_address: ContextVar[str] = ContextVar("current_address", default="")
