"""The admin of the matching app: the review desk, its records, the outbox."""

from matching.admin import candidates, decisions, duplicates, embeddings, matches, profiles

__all__ = ["candidates", "decisions", "duplicates", "embeddings", "matches", "profiles"]
