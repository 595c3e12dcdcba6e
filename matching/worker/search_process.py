"""The search process as a child of the supervisor, which starts, watches and stops it."""

import logging
import subprocess
import time
from typing import Final

from matching.search.client import is_there
from matching.search.protocol import bind_address
from matching.worker.processes import kill_cluster, start_child

logger = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 5.0
LOOK_TIMEOUT_S: Final = 1.0
MAX_BACKOFF_S: Final = 60.0
GRACE_S: Final = 5.0


class FinderChild:
    """Keeps one search process per address: if another worker's answers there, this one waits."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._look_at = 0.0
        self._deaths = 0

    @property
    def is_running(self) -> bool:
        """Whether this supervisor's search process is running."""
        return self._process is not None and self._process.poll() is None

    def look_after(self) -> None:
        """Start the search process if none answers at the address, and restart it if it exited."""
        now = time.monotonic()
        address = bind_address()
        if now < self._look_at or address is None:
            return
        self._look_at = now + LOOK_EVERY_S
        if self.is_running:
            self._deaths = 0
            return
        if self._process is not None:
            logger.warning(
                "The search process exited unexpectedly (status %s)", self._process.returncode
            )
            kill_cluster(self._process)
            self._process = None
            self._look_at = now + min(2.0**self._deaths, MAX_BACKOFF_S)
            self._deaths += 1
            return
        if not is_there(address, LOOK_TIMEOUT_S):
            self._process = start_child(["runfinder"])
            logger.info("Search process started (process %s)", self._process.pid)

    def stop(self) -> None:
        """Stop the search process; a running search gets a moment to finish."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            logger.warning("The search process did not stop: killing it")
        kill_cluster(self._process)
        self._process = None
