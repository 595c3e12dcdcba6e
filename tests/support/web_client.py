"""A client for the pages."""

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lostfound.models import User

PASSWORD = "a-long-enough-1"


def signed_in(user: User | None, language: str = "ko") -> Client:
    """A client that is signed in as a person, or not signed in."""
    client = Client(headers={"accept-language": language})
    if user is not None:
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def page(response: Any) -> str:
    """The response as text."""
    text: str = response.content.decode()
    return text


def queries_of(client: Client, url: str) -> int:
    """The number of queries of a page after the session has been used."""
    assert client.get(url).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    return len(queries)


def pressed_too_late(person: User, address: str, **sent: str) -> Any:
    """Submit while signed out, sign in through the page with PASSWORD, and follow the redirect."""
    client = signed_in(None, "en")
    to_sign_in = client.post(address, sent).headers["Location"]
    assert f'name="next" value="{address}"' in page(client.get(to_sign_in))
    words = {"login": person.username, "password": PASSWORD, "next": address}
    return client.post("/accounts/login/", words, follow=True)
