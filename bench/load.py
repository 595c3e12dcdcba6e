"""`python -m bench.load`: the real server under mixed load, while the worker matches.

gunicorn with three processes, a worker, SQLite in WAL mode or PostgreSQL, all on this machine. Five
in six people are students with four requests a second, so each stands for many real ones. Two in
three of their requests read, a fifth search, and a tenth post, every second time with a photograph.
The sixth person is a clerk who reads the queue, looks for posts and decides.
"""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.site import ROOT, run, scratch_site, started

POSTS, PEOPLE, PAIRS = 10_000, 60, 3_000
LIMIT_MS = 300.0
PORT = 8123
LEVELS = (5, 10, 20, 40, 80, 160)
WAIT_MATCHED_S = 120.0


def main() -> int:
    """Raise the load level by level; returns 1 if a request failed or a post was lost."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--seconds", type=int, default=20, help="duration of each level")
    parser.add_argument(
        "--levels", default=",".join(map(str, LEVELS)), help="numbers of concurrent people"
    )
    parser.add_argument("--postgres", action="store_true", help="use PostgreSQL instead of SQLite")
    parser.add_argument("--posts", type=int, default=POSTS)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    levels = [int(level) for level in options.levels.split(",")]
    with ExitStack() as stack:
        env = _site(stack, options.postgres, options.posts)
        report = [_level(env, people, options.seconds) for people in levels]
        after = json.loads(run(env, "-m", "bench.load_site", "check").splitlines()[-1])
    for line in (*_table(report), f"after it: {after}"):
        print(line)
    if options.json:
        options.json.write_text(json.dumps({"levels": report, "after": after}, indent=2) + "\n")
    failed = sum(level["failures"] for level in report)
    lost = sum(level["posted"] for level in report) - after["posts"]
    print(f"failed requests: {failed}, lost posts: {lost}")
    return 1 if failed or lost or after["not_matched"] else 0


def _site(stack: ExitStack, on_postgres: bool, posts: int) -> dict[str, str]:
    """Start a filled site with its server and worker; returns its environment."""
    overrides = {
        "ALLOWED_HOSTS": "127.0.0.1",
        "SITE_URL": f"http://127.0.0.1:{PORT}",
        "POSTS_PER_HOUR": "1000000",
        "HTTPS": "0",
        "DEBUG": "0",
    }
    if on_postgres:
        from tests.support.servers.postgres import PostgresServer

        server = stack.enter_context(PostgresServer())
        overrides["DATABASE_URL"] = server.make_database("load")
    env = stack.enter_context(scratch_site(**overrides))
    env["LOAD_FILE"] = str(Path(stack.enter_context(tempfile.TemporaryDirectory())) / "load.json")
    run(env, "manage.py", "collectstatic", "--no-input", "--verbosity", "0")
    run(env, "-m", "bench.fill", str(posts))
    run(env, "-m", "bench.load_site", "prepare", str(PEOPLE), str(PAIRS))
    stack.enter_context(
        started(
            env,
            *("-m", "gunicorn", "lostfound.wsgi", "--bind", f"127.0.0.1:{PORT}"),
            *("--workers", "3", "--threads", "1", "--log-level", "warning"),
        )
    )
    stack.enter_context(started(env, "manage.py", "runworker"))
    _wait_for_server()
    return env


def _wait_for_server() -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/", timeout=2).read()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("The server did not start.")


def _level(env: dict[str, str], people: int, seconds: int) -> dict[str, Any]:
    """One level of load, measured by locust."""
    folder = tempfile.mkdtemp()
    try:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "locust", "-f", str(ROOT / "bench" / "load_people.py")),
                *("--headless", "--host", f"http://127.0.0.1:{PORT}", "--only-summary"),
                *("-u", str(people), "-r", str(people), "-t", f"{seconds}s"),
                *("--csv", f"{folder}/load", "--stop-timeout", "5"),
            ],
            cwd=ROOT,
            env={**env, "LOAD_PEOPLE": str(people)},
            capture_output=True,
            text=True,
            check=False,
        )
        with Path(f"{folder}/load_stats.csv").open() as file:
            rows = {row["Name"]: row for row in csv.DictReader(file)}
        posted = int((Path(env["LOAD_FILE"]).parent / "posted").read_text() or 0)
    except OSError as error:
        raise RuntimeError(f"locust: {done.stderr[-2000:]}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    whole = rows["Aggregated"]
    return {
        "people": people,
        "requests_s": float(whole["Requests/s"]),
        "p50_ms": float(whole["50%"]),
        "p95_ms": float(whole["95%"]),
        "p99_ms": float(whole["99%"]),
        "failures": int(whole["Failure Count"]),
        "posted": posted,
        "by_name": {
            name: [float(row["50%"]), float(row["95%"]), int(row["Request Count"])]
            for name, row in rows.items()
            if name != "Aggregated"
        },
        "errors": done.stdout[-1500:] if int(whole["Failure Count"]) else "",
    }


def _table(report: list[dict[str, Any]]) -> list[str]:
    lines = [f"{os.cpu_count()} cores", f"{'people':>7}{'req/s':>9}{'p50':>8}{'p95':>8}{'p99':>8}"]
    for level in report:
        over = "  over 300 ms" if level["p95_ms"] > LIMIT_MS else ""
        lines.append(
            f"{level['people']:>7}{level['requests_s']:>9.1f}{level['p50_ms']:>8.0f}"
            f"{level['p95_ms']:>8.0f}{level['p99_ms']:>8.0f}{over}"
        )
    for name, (p50, p95, count) in report[-1]["by_name"].items():
        lines.append(f"    {name:34}{p50:>8.0f}{p95:>8.0f}{count:>8}")
    return lines


if __name__ == "__main__":
    sys.exit(main())
