"""Starts a task queue cluster in a new session, and kills all of its processes together.

Must not import torch: the cluster forks, and a model that was used before a fork hangs after it.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

from django.conf import settings

from matching.conf import matching_settings
from matching.services.heartbeat import CLUSTER_ENV

SUPERVISOR_ENV: Final = "MATCHING_SUPERVISOR_PID"
PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h
PROC: Final = Path("/proc")
REAP_S: Final = 10


def start_cluster(cluster_id: str) -> subprocess.Popen[bytes]:
    """Start a cluster in a process group with its own process id."""
    return start_child(["runworker", "--inside"], {CLUSTER_ENV: cluster_id})


def start_child(
    arguments: list[str], environment: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a manage.py command in a new session, to end with this process."""
    threads = str(matching_settings().threads)
    full_environment = {
        # torch's libraries read these when they are loaded, which is after the fork.
        **{"OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads},
        **os.environ,
        **(environment or {}),
        SUPERVISOR_ENV: str(os.getpid()),
        "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
    }
    return subprocess.Popen(
        [sys.executable, "-m", "django", *arguments],
        cwd=settings.BASE_DIR,
        env=full_environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


def kill_cluster(process: subprocess.Popen[bytes]) -> None:
    """Kill every process of the cluster at once, even if their leader has already exited."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=REAP_S)


def is_in_cluster(pid: int, process: subprocess.Popen[bytes]) -> bool:
    """Whether the process is alive and belongs to the cluster."""
    try:
        return os.getpgid(pid) == process.pid
    except ProcessLookupError:
        return False


def die_with_parent(parent_pid: int) -> None:
    """Have the kernel end this process, and all that it forks, when their parent ends.

    Does nothing on systems other than Linux, where the next supervisor cleans up.
    """
    if not sys.platform.startswith("linux"):
        return
    _arm(parent_pid)
    parent = [os.getpid()]

    def arm_child() -> None:
        _arm(parent[0])
        parent[0] = os.getpid()

    os.register_at_fork(after_in_child=arm_child)


def _arm(parent_pid: int) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:  # the parent ended before the call above
        os._exit(1)


def is_supervisor(pid: int) -> bool:
    """Whether a supervisor is running with this process id."""
    if pid == os.getpid():
        return False
    with contextlib.suppress(OSError):
        return b"runworker" in (PROC / str(pid) / "cmdline").read_bytes()
    return False


def kill_leftovers(cluster_id: str) -> int:
    """Kill the remains of a cluster whose supervisor was killed; returns the number of processes.

    Kills only processes with the cluster's name in their environment.
    """
    mark = f"{CLUSTER_ENV}={cluster_id}".encode()
    killed = 0
    for folder in PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                os.kill(int(folder.name), signal.SIGKILL)
                killed += 1
    return killed
