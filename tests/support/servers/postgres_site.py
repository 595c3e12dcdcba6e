"""A worker's site with a PostgreSQL database."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.servers.postgres import PostgresServer
from tests.support.worker_site import DEADLINE_S, ROOT, WorkerSite


class PostgresSite(WorkerSite):
    """The same processes with a separate PostgreSQL database."""

    def __init__(self, folder: Path, server: PostgresServer, name: str, **environment: str) -> None:
        url = server.make_migrated(name)
        super().__init__(folder, DATABASE_URL=url, **environment)
        self.server, self.name = server, name

    def manage(self, *arguments: str) -> str:
        """Run a management command to completion."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read from the server without the product's code."""
        return self.server.execute(query, *values, database=self.name)


@contextmanager
def postgres_site(
    folder: Path, server: PostgresServer, name: str, **environment: str
) -> Iterator[PostgresSite]:
    """A migrated site, whose processes end with the block."""
    site = PostgresSite(folder, server, name, **environment)
    try:
        yield site
    finally:
        site.end()


__all__ = ["DEADLINE_S", "PostgresSite", "postgres_site"]
