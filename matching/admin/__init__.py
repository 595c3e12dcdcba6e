"""The admin of the matching app: the review desk, the record of decisions, the outbox."""

from matching.admin import decisions, matches

__all__ = ["decisions", "matches"]
