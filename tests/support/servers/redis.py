"""The system's redis-server on a free port."""

import shutil

from tests.support.servers.local_server import LocalServer


class RedisServer(LocalServer):
    """A separate server. It keeps its data when stopped, and loses it when killed."""

    def command(self) -> list[str]:
        """The command line of the server."""
        program = shutil.which("redis-server")
        assert program, "redis-server is missing: apt-get install redis-server"
        return [
            *(program, "--bind", "127.0.0.1", "--port", str(self.port)),
            *("--dir", str(self.folder), "--appendonly", "no", "--save", "3600 1"),
        ]

    def ping(self) -> None:
        """Return if the server answers, else raise."""
        from redis import Redis

        with Redis(port=self.port) as client:
            client.ping()

    @property
    def url(self) -> str:
        """The value of REDIS_URL."""
        return f"redis://127.0.0.1:{self.port}/0"
