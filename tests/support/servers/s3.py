"""A fake S3 server, which keeps its data in memory only."""

import sys
import urllib.request
from typing import Any, Final

from tests.support.servers.local_server import LocalServer

BUCKET: Final = "photographs"


class S3Server(LocalServer):
    """A server with one bucket, which does not check keys."""

    def command(self) -> list[str]:
        """The command line of the server."""
        return [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]

    def ping(self) -> None:
        """Return if the server answers, else raise."""
        with urllib.request.urlopen(f"{self.url}/moto-api/", timeout=2):
            pass

    def start(self) -> None:
        """Start it with an empty bucket."""
        super().start()
        request = urllib.request.Request(f"{self.url}/{BUCKET}", method="PUT")
        with urllib.request.urlopen(request, timeout=5):
            pass

    @property
    def url(self) -> str:
        """The value of S3_ENDPOINT_URL."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a site that stores its photographs here."""
        return {
            "S3_BUCKET": BUCKET,
            "S3_ENDPOINT_URL": self.url,
            "S3_REGION": "ap-northeast-2",
            "S3_ACCESS_KEY_ID": "tests",
            "S3_SECRET_ACCESS_KEY": "tests",
            "S3_ADDRESSING_STYLE": "path",
            "S3_PREFIX": "campus",
        }

    def storage(self) -> dict[str, Any]:
        """The storage configuration that settings.py derives from it."""
        options = {
            "bucket_name": BUCKET,
            "endpoint_url": self.url,
            "region_name": "ap-northeast-2",
            "access_key": "tests",
            "secret_key": "tests",
            "addressing_style": "path",
            "location": "campus",
        }
        return {"BACKEND": "lostfound.media.s3.PhotoBucket", "OPTIONS": options}
