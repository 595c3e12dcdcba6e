"""Who may see which photograph, and with which headers."""

import uuid
from pathlib import Path

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from lostfound.models import Photo, Post, User
from lostfound.services import change_status
from tests.support.builders import make_category, make_post, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def photo_of(**values: object) -> Photo:
    values.setdefault("category", make_category())
    return make_post(photos=1, **values).photos.get()


def signed_in(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


ANYBODY = {"thumbnail": 200, "full": 404}
NOBODY = {"thumbnail": 404, "full": 404}


@pytest.mark.parametrize(
    ("kind", "status", "category", "public"),
    [
        ("found", "open", "plain", ANYBODY),
        ("found", "matched", "plain", ANYBODY),
        ("found", "returned", "plain", NOBODY),
        ("found", "closed", "plain", NOBODY),
        ("found", "open", "sensitive", NOBODY),
        ("found", "open", None, NOBODY),
        ("lost", "open", "plain", NOBODY),
        ("lost", "matched", "plain", NOBODY),
    ],
)
def test_who_sees_what(
    kind: str, status: str, category: str | None, public: dict[str, int]
) -> None:
    chosen = make_category(is_sensitive=category == "sensitive") if category else None
    found = photo_of(kind=kind, category=chosen)
    Post.objects.filter(pk=found.post_id).update(status=status)
    staff = make_user(is_staff=True, is_superuser=True)
    for reader, expected in (
        (None, public),
        (make_user(), public),
        (found.post.author, {"thumbnail": 200, "full": 200}),
        (staff, {"thumbnail": 200, "full": 200}),
    ):
        client = signed_in(reader)
        got = {
            "thumbnail": client.get(found.thumbnail_url).status_code,
            "full": client.get(found.full_url).status_code,
        }
        assert got == expected, reader


def test_closing_takes_the_public_thumbnail_away() -> None:
    found = photo_of()
    assert Client().get(found.thumbnail_url).status_code == 200
    change_status(found.post, "closed", actor=None, action="closed")
    assert Client().get(found.thumbnail_url).status_code == 404


def test_what_is_served_is_what_was_stored() -> None:
    found = photo_of()
    response = signed_in(found.post.author).get(found.full_url)
    with found.full.open("rb") as file:
        assert response.content == file.read()
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"] == 'inline; filename="full.jpg"'
    assert int(response["Content-Length"]) == len(response.content)


def test_headers() -> None:
    found = photo_of()
    private = signed_in(found.post.author).get(found.full_url)
    assert private["X-Content-Type-Options"] == "nosniff"
    assert private["Content-Security-Policy"] == "default-src 'none'"
    assert private["Cache-Control"] == "private, no-cache"
    assert "Cookie" in private["Vary"]
    public = Client().get(found.thumbnail_url)
    assert public["X-Content-Type-Options"] == "nosniff"
    assert public["Content-Security-Policy"] == "default-src 'none'"
    assert public["Cache-Control"] == "public, max-age=300"
    assert str(found.post.author) not in str(public.headers)


@pytest.mark.parametrize("header", ["ETag", "Last-Modified"])
def test_unchanged_photo_is_not_sent_again(header: str) -> None:
    found = photo_of()
    client = signed_in(found.post.author)
    first = client.get(found.full_url)
    condition = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}[header]
    again = client.get(found.full_url, headers={condition: first[header]})
    assert again.status_code == 304
    assert again.content == b""
    assert again["Content-Security-Policy"] == "default-src 'none'"
    assert again["ETag"] == first["ETag"]
    stranger = signed_in(make_user()).get(found.full_url, headers={condition: first[header]})
    assert stranger.status_code == 404


def test_sizes_have_etags_of_their_own() -> None:
    found = photo_of()
    client = signed_in(found.post.author)
    assert client.get(found.full_url)["ETag"] != client.get(found.thumbnail_url)["ETag"]


def test_device_token_opens_the_full_photo() -> None:
    found = photo_of()
    browser = signed_in(found.post.author)
    token = browser.session.session_key
    assert token
    phone = Client(headers={"X-Session-Token": token})
    assert phone.get(found.full_url).status_code == 200
    SessionStore(token).delete()
    assert phone.get(found.full_url).status_code == 404
    for wrong in ("x", "", "가", "a\x00"):
        assert Client(headers={"X-Session-Token": wrong}).get(found.full_url).status_code == 404


def test_token_of_somebody_switched_off_opens_nothing() -> None:
    found = photo_of()
    token = str(signed_in(found.post.author).session.session_key)
    User.objects.update(is_active=False)
    assert Client(headers={"X-Session-Token": token}).get(found.full_url).status_code == 404


def test_unknown_photo_and_size_are_not_found() -> None:
    found = photo_of()
    client = signed_in(found.post.author)
    assert client.get(found.full_url.replace("full", "original")).status_code == 404
    assert (
        client.get(found.full_url.replace(str(found.public_id), str(uuid.uuid4()))).status_code
        == 404
    )


def test_only_reading_is_possible() -> None:
    found = photo_of()
    client = signed_in(found.post.author)
    assert client.post(found.full_url).status_code == 405
    assert client.head(found.full_url).status_code == 200


def test_missing_file_is_not_found_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    found = photo_of()
    found.full.storage.delete(found.full.name or "")
    assert signed_in(found.post.author).get(found.full_url).status_code == 404
    assert str(found.public_id) in caplog.text


def test_queries_are_constant(
    django_assert_num_queries: DjangoAssertNumQueries,
    settings: Settings,
) -> None:
    settings.USERSESSIONS_TRACK_ACTIVITY = False
    found = photo_of()
    with django_assert_num_queries(1):
        Client().get(found.thumbnail_url)
    client = signed_in(found.post.author)
    with django_assert_num_queries(3):  # the photograph, the session, the person
        client.get(found.full_url)
