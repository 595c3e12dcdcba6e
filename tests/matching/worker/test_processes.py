"""The processes of a cluster: killed together, found by name, and ended with their parent."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from matching.services.heartbeat import CLUSTER_ENV
from matching.worker.processes import is_in_cluster, is_supervisor, kill_cluster, kill_leftovers

pytestmark = pytest.mark.processes

ROOT = Path(__file__).resolve().parents[3]
DEADLINE_S = 30
LEADER = """
import os, sys, time
child = os.fork()
if child:
    print(child, flush=True)
time.sleep(120)
"""
# A child that arms itself under its parent, and forks.
ARMED = """
import os, sys, time
sys.path.insert(0, ".")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lostfound.settings")
import django; django.setup()
from matching.worker.processes import die_with_parent
if (inner := os.fork()):
    print(inner, flush=True)
    time.sleep(120)
die_with_parent(os.getppid())
if (child := os.fork()):
    print(child, flush=True)
time.sleep(120)
"""


def is_alive(pid: int) -> bool:
    """Whether a process is running; a zombie is not."""
    with suppress(OSError):
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False


def wait_for(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []

    def run(code: str, **environment: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(DEADLINE_S)
        if process.stdout:
            process.stdout.close()


def next_pid(process: subprocess.Popen[bytes]) -> int:
    assert process.stdout
    return int(process.stdout.readline())


def test_every_process_of_a_cluster_ends_at_once(
    start: Callable[..., subprocess.Popen[bytes]],
) -> None:
    leader = start(LEADER)
    child = next_pid(leader)
    assert is_in_cluster(leader.pid, leader) and is_in_cluster(child, leader)
    assert not is_in_cluster(os.getpid(), leader)
    kill_cluster(leader)
    wait_for(lambda: not is_alive(child))
    assert leader.returncode == -signal.SIGKILL
    kill_cluster(leader)  # once more does no harm


def test_a_child_whose_leader_has_gone_is_ended_too(
    start: Callable[..., subprocess.Popen[bytes]],
) -> None:
    leader = start(LEADER)
    child = next_pid(leader)
    leader.kill()
    leader.wait(DEADLINE_S)
    assert is_alive(child) and is_in_cluster(child, leader)
    kill_cluster(leader)
    wait_for(lambda: not is_alive(child))
    wait_for(lambda: not is_in_cluster(child, leader))


def test_leftovers_are_known_by_the_name_of_their_cluster(
    start: Callable[..., subprocess.Popen[bytes]],
) -> None:
    mine = start(LEADER, **{CLUSTER_ENV: "leftover-test"})
    other = start(LEADER, **{CLUSTER_ENV: "leftover-test-2"})
    children = next_pid(mine), next_pid(other)
    assert kill_leftovers("leftover-test") == 2
    wait_for(lambda: not is_alive(children[0]))
    assert is_alive(other.pid) and is_alive(children[1])
    wait_for(lambda: not is_alive(mine.pid))
    mine.wait(DEADLINE_S)
    assert kill_leftovers("leftover-test") == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's part is Linux only")
def test_the_kernel_ends_a_cluster_with_its_supervisor(
    start: Callable[..., subprocess.Popen[bytes]],
) -> None:
    supervisor = start(ARMED)
    inner, child = next_pid(supervisor), next_pid(supervisor)
    assert is_alive(inner) and is_alive(child)
    os.kill(supervisor.pid, signal.SIGKILL)
    wait_for(lambda: not is_alive(inner) and not is_alive(child))


def test_a_supervisor_is_known_by_its_command(
    start: Callable[..., subprocess.Popen[bytes]],
) -> None:
    plain = start("import time; time.sleep(120)")
    named = start("import time; 'runworker'; time.sleep(120)")
    wait_for(lambda: is_supervisor(named.pid))
    assert not is_supervisor(plain.pid)
    assert not is_supervisor(os.getpid())
    assert not is_supervisor(2**22 + 1)  # above every process id
