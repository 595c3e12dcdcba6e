"""The admin of the matching app: the review desk, its records, the outbox."""

from matching.admin import candidates, decisions, duplicates, jobs, matches, profiles

__all__ = ["candidates", "decisions", "duplicates", "jobs", "matches", "profiles"]
