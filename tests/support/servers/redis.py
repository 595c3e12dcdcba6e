"""The system's redis-server on a free port."""

import shutil

from tests.support.servers.local_server import LocalServer


class RedisServer(LocalServer):
    """A server of its own. Stopped kindly it keeps what it holds, killed it loses it."""

    def command(self) -> list[str]:
        """What is run."""
        program = shutil.which("redis-server")
        assert program, "redis-server is missing: apt-get install redis-server"
        return [
            *(program, "--bind", "127.0.0.1", "--port", str(self.port)),
            *("--dir", str(self.folder), "--appendonly", "no", "--save", "3600 1"),
        ]

    def ping(self) -> None:
        """Return where the server answers, raise where it does not."""
        from redis import Redis

        with Redis(port=self.port) as client:
            client.ping()

    @property
    def url(self) -> str:
        """What REDIS_URL takes."""
        return f"redis://127.0.0.1:{self.port}/0"
