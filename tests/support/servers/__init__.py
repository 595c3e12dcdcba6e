"""Real servers for tests, as separate processes that a test can stop and start."""
