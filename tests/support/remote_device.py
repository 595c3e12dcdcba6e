"""An app on a device, which uses the API of a running site over HTTP."""

import json
import urllib.request
from dataclasses import dataclass
from typing import Any, Final

from tests.support.seed import PASSWORD

DEADLINE_S: Final = 120


@dataclass(frozen=True)
class Device:
    """A signed-in app."""

    url: str
    token: str = ""

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Send JSON, and return the JSON response."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "X-Session-Token": self.token}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def sign_in(self, name: str) -> "Device":
        """The same app with a token."""
        login = Device(self.url).ask(
            "POST", "/_allauth/app/v1/auth/login", {"username": name, "password": PASSWORD}
        )
        return Device(self.url, login["meta"]["session_token"])
