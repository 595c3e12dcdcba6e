"""An API client that signs in for a token and sends it with each request."""

import json
from typing import Any

from allauth.usersessions.models import UserSession
from django.test import Client

from lostfound.models import User

AUTH = "/_allauth/app/v1/auth"
API = "/api/v1"
PASSWORD = "correct horse"
BACKEND = "django.contrib.auth.backends.ModelBackend"
PROBLEM = "application/problem+json"


class Device:
    """One device of one person; without a person, it sends no token."""

    def __init__(self, user: User | None = None, language: str = "en") -> None:
        self.client = Client(headers={"accept-language": language}, raise_request_exception=False)
        self.token = "" if user is None else self._sign_in(user)

    def _sign_in(self, user: User) -> str:
        """What signing in leaves behind; tests/lostfound/api/test_devices.py signs in for real."""
        self.client.force_login(user, BACKEND)
        session = self.client.session
        UserSession.objects.create(
            user=user, session_key=session.session_key, ip="127.0.0.1", user_agent=""
        )
        self.client.cookies.clear()  # an app has no cookie jar
        return str(session.session_key)

    @property
    def headers(self) -> dict[str, str]:
        return {"X-Session-Token": self.token} if self.token else {}

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(self._at(path), query, headers=self.headers)

    def delete(self, path: str) -> Any:
        return self.client.delete(self._at(path), headers=self.headers)

    def post(self, path: str, data: Any = None) -> Any:
        """Send JSON."""
        return self.client.post(
            self._at(path),
            json.dumps(data or {}),
            content_type="application/json",
            headers=self.headers,
        )

    def patch(self, path: str, data: Any) -> Any:
        return self.client.patch(
            self._at(path),
            json.dumps(data),
            content_type="application/json",
            headers=self.headers,
        )

    def send_form(self, path: str, data: dict[str, Any]) -> Any:
        """Send multipart/form-data, as a client with photographs does."""
        return self.client.post(self._at(path), data, headers=self.headers)

    def send(self, method: str, path: str, data: Any = None, **headers: str) -> Any:
        """Any method with extra headers, such as If_Match; JSON, or a form with files."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        has_files = method == "post" and "photos" in (data or {})
        body: dict[str, Any] = {}
        if has_files:
            body = {"data": data}
        elif data is not None:
            body = {"data": json.dumps(data), "content_type": "application/json"}
        send = getattr(self.client, method)
        return send(self._at(path), **body, headers={**self.headers, **named})

    def _at(self, path: str) -> str:
        return path if path.startswith("/") else f"{API}/{path}"


def errors_of(answer: Any) -> dict[str, list[str]]:
    """The error codes of a response, by field."""
    assert answer.status_code == 400, answer.content
    assert answer.headers["Content-Type"] == PROBLEM
    body = answer.json()
    assert body["code"] == "invalid" and body["status"] == 400 and body["detail"]
    assert all(item["message"] for items in body["errors"].values() for item in items)
    return {name: [item["code"] for item in items] for name, items in body["errors"].items()}


def code_of(answer: Any, status: int) -> str:
    """The stable code of a problem."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == PROBLEM
    assert answer.json()["detail"]
    code: str = answer.json()["code"]
    return code
