"""The servers as fixtures: one of each for a session; whoever stops one starts it again."""

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.support.servers.postgres import PostgresServer
from tests.support.servers.redis import RedisServer
from tests.support.servers.s3 import S3Server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """PostgreSQL with pgvector; take a database of your own with `make_database`."""
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="module")
def postgres_without_pgvector() -> Iterator[PostgresServer]:
    """PostgreSQL as a distribution packs it: `CREATE EXTENSION vector` fails."""
    with PostgresServer(with_pgvector=False) as server:
        yield server


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    """The system's Redis."""
    if shutil.which("redis-server") is None:
        why = "Redis is not on this machine; install it with: apt-get install redis-server"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    with RedisServer() as server:
        yield server


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """A server that speaks S3, with one bucket."""
    with S3Server() as server:
        yield server
