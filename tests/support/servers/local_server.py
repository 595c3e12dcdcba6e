"""A server process on a free port, with a temporary folder."""

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Final, Self

START_S: Final = 60.0
STOP_S: Final = 30.0


def free_port() -> int:
    """A port that is not in use."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class LocalServer:
    """One server, which keeps its port and its data when it is stopped and started again."""

    stop_signal: signal.Signals = signal.SIGTERM
    kill_signal: signal.Signals = signal.SIGKILL
    popen_options: dict[str, Any] = {}

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="lostfound-server-"))
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """The command line of the server."""
        raise NotImplementedError

    def ping(self) -> None:
        """Return if the server answers, else raise."""
        raise NotImplementedError

    @property
    def is_running(self) -> bool:
        """Whether its process is running."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it, and return when it answers."""
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                # Ctrl-C in a terminal is meant for the tests, which then stop it.
                start_new_session=True,
                **self.popen_options,
            )
        deadline = time.monotonic() + START_S
        while True:
            try:
                return self.ping()
            except Exception as error:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    log_text = (self.folder / "server.log").read_text()
                    raise AssertionError(f"The server did not start:\n{log_text}") from error
            time.sleep(0.05)

    def stop(self) -> None:
        """Shut it down cleanly."""
        self._end(self.stop_signal)

    def kill(self) -> None:
        """Kill it."""
        self._end(self.kill_signal)

    def pause(self) -> None:
        """Suspend it: it accepts connections but never answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Resume it."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(number)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(STOP_S)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
