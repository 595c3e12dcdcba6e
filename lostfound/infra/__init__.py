"""What the site stands on: Redis, cache, rate limits, health, packages, the local key."""
