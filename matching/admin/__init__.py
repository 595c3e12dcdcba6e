"""The admin of the matching app: the review desk, the record of decisions, the outbox."""

from matching.admin import decisions, embeddings, matches, profiles

__all__ = ["decisions", "embeddings", "matches", "profiles"]
