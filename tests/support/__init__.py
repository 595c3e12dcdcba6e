"""Rows, actors, fakes and servers for tests; contains no tests."""
