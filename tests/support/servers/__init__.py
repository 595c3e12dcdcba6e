"""Real servers for tests: each a process of the tests' own, to be stopped and started at will."""
