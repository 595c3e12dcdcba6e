"""Infrastructure: Redis, cache, rate limits, health, optional packages, local secret key."""
