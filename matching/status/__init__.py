"""The status of matching: timeline of a post, health of the system, statistics of the office."""
