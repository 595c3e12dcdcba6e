"""A server that speaks S3, in memory: what it held is gone when it ends."""

import sys
import urllib.request
from typing import Any, Final

from tests.support.servers.local_server import LocalServer

BUCKET: Final = "photographs"


class S3Server(LocalServer):
    """One bucket, and keys that it does not check."""

    def command(self) -> list[str]:
        """What is run."""
        return [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]

    def ping(self) -> None:
        """Return where the server answers, raise where it does not."""
        with urllib.request.urlopen(f"{self.url}/moto-api/", timeout=2):
            pass

    def start(self) -> None:
        """With an empty bucket."""
        super().start()
        request = urllib.request.Request(f"{self.url}/{BUCKET}", method="PUT")
        with urllib.request.urlopen(request, timeout=5):
            pass

    @property
    def url(self) -> str:
        """What S3_ENDPOINT_URL takes."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The settings of a site whose photographs lie here."""
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
        """What settings.py makes of them."""
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
