"""The servers as session fixtures; a test that stops one has to start it again."""

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.support.servers.postgres import PostgresServer
from tests.support.servers.redis import RedisServer
from tests.support.servers.s3 import S3Server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """PostgreSQL with pgvector; use `make_database` to get a separate database."""
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="module")
def postgres_without_pgvector() -> Iterator[PostgresServer]:
    """PostgreSQL without pgvector, where `CREATE EXTENSION vector` fails."""
    with PostgresServer(with_pgvector=False) as server:
        yield server


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    """The system's Redis."""
    if shutil.which("redis-server") is None:
        why = "Redis is not installed; install it with: apt-get install redis-server"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    with RedisServer() as server:
        yield server


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """A fake S3 server with one bucket."""
    with S3Server() as server:
        yield server
