"""The product on real servers: PostgreSQL, Redis, object storage."""
