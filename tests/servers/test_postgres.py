"""The product's processes on a PostgreSQL that fails in the middle of work and comes back."""

import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.support.concurrent_counting import PARALLEL
from tests.support.matched_once import PAIRS, check_all_matched_once
from tests.support.python_process import run_python
from tests.support.servers.local_server import free_port
from tests.support.servers.postgres import PostgresServer
from tests.support.servers.postgres_site import DEADLINE_S, postgres_site
from tests.support.servers.redis import RedisServer
from tests.support.worker_site import ROOT


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.fixture
def fallible(own_server: PostgresServer) -> Iterator[PostgresServer]:
    """A server that a test may stop: nobody else uses it."""
    yield own_server
    if not own_server.is_running:
        own_server.start()


def test_exactly_ten_of_64_threads_pass_on_postgres(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.make_migrated("throttles")
    done = run_python("-c", PARALLEL, VAR_DIR=str(tmp_path), DATABASE_URL=url)
    assert done.stdout.strip() == "10", done.stderr


def test_a_server_without_pgvector_is_one(postgres_without_pgvector: PostgresServer) -> None:
    """Checks the fixture itself."""
    with pytest.raises(psycopg.errors.FeatureNotSupported, match="vector"):
        postgres_without_pgvector.execute("CREATE EXTENSION vector")


def test_a_server_with_pgvector_is_one(postgres: PostgresServer) -> None:
    postgres.make_database("vectors")
    postgres.execute("CREATE EXTENSION vector", database="vectors")
    rows = postgres.execute("SELECT '[1,0]'::halfvec <=> '[1,0]'", database="vectors")
    assert rows == [(0.0,)]


def test_the_site_runs_on_postgres_without_pgvector(
    postgres_without_pgvector: PostgresServer, tmp_path: Path
) -> None:
    """The index in memory does not need it."""
    with postgres_site(tmp_path, postgres_without_pgvector, "plain") as site:
        site.manage("check", "--database", "default")


@pytest.mark.processes
def test_web_processes_recover_when_postgres_is_back(
    fallible: PostgresServer, tmp_path: Path
) -> None:
    """Connections are kept between requests; broken ones are replaced."""
    port = free_port()
    address = f"127.0.0.1:{port}"
    command = ["gunicorn", "lostfound.wsgi", "--bind", address, "--workers", "1", "--threads", "4"]

    def status(path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://{address}{path}", timeout=15) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except urllib.error.URLError:
            return 0

    with postgres_site(tmp_path, fallible, "web") as site:
        web = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=site.environment,
            stderr=subprocess.DEVNULL,
        )
        try:
            site.wait_for("the first page", lambda: status("/readyz") == 200, 0.1)
            assert [status("/") for _ in range(6)] == [200] * 6
            fallible.stop()
            assert (status("/livez"), status("/readyz"), status("/")) == (200, 503, 500)
            fallible.start()
            assert [status("/") for _ in range(6)] == [200] * 6
            assert status("/readyz") == 200
        finally:
            web.terminate()
            web.wait(30)


@pytest.mark.processes
@pytest.mark.parametrize("end", ["stop", "kill"])
def test_nothing_is_lost_if_postgres_fails_in_the_middle_of_work(
    fallible: PostgresServer, tmp_path: Path, end: str
) -> None:
    """A claim whose end could not be written expires; every saved post is matched once."""
    limits = {"TASK_TIMEOUT_S": "5", "MATCHING_LEASE_S": "10", "MATCHING_STALE_S": "10"}
    with postgres_site(tmp_path, fallible, f"until_{end}", **limits) as site:
        site.save(0, PAIRS)
        site.start_worker()
        site.busy_worker()
        getattr(fallible, end)()
        fallible.start()
        check_all_matched_once(site)


@pytest.mark.processes
def test_two_machines_share_one_postgres_and_one_redis(
    postgres: PostgresServer, redis: RedisServer, tmp_path: Path
) -> None:
    with postgres_site(tmp_path, postgres, "shared", REDIS_URL=redis.url) as site:
        for _ in range(2):
            site.start_worker()
        lives = "SELECT COUNT(*) FROM matching_heartbeat WHERE name LIKE 'worker:%'"
        site.wait_for("both clusters at work", lambda: site.rows(lives) == [(2,)])
        assert site.start_saving(0, PAIRS).wait(DEADLINE_S) == 0
        check_all_matched_once(site)
        assert site.rows("SELECT DISTINCT attempts FROM matching_matchingjob") == [(1,)]


def test_a_missing_pgvector_is_reported_and_posts_wait(
    postgres_without_pgvector: PostgresServer, tmp_path: Path
) -> None:
    with postgres_site(tmp_path, postgres_without_pgvector, "wanted") as site:
        site.environment["MATCHING_INDEX"] = "pgvector"
        command = subprocess.run(
            [sys.executable, "manage.py", "check", "--database", "default"],
            cwd=ROOT,
            env=site.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert command.returncode == 1
        assert "CREATE EXTENSION vector" in command.stderr
        assert "MATCHING_INDEX=memory" in command.stderr
