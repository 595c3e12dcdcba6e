"""Pagination: an invalid cursor is an error, whatever it contains."""

import base64
from urllib.parse import urlencode

import pytest

from lostfound.models import User
from tests.support.api_client import Device, errors_of
from tests.support.builders import make_post
from tests.support.factories import NotificationFactory, StaffFactory

pytestmark = pytest.mark.django_db

LISTS = ["posts/", "notifications/", "office/posts/"]


def cursor(**parts: str) -> str:
    return base64.b64encode(urlencode(parts).encode()).decode()


@pytest.fixture
def staff() -> User:
    return StaffFactory.create()


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "broken",
    [
        cursor(p="0001-01-01"),
        cursor(p="9999-12-31T23:59:59-23:59"),
        cursor(p="0001-01-01T00:00:00+23:59"),
        cursor(p="2026-03-31 10:00:00"),  # of which time zone?
        cursor(p="2026-13-40 10:00:00+00:00"),
        cursor(p="tomorrow"),
        cursor(o="-1"),
        cursor(o="many"),
        cursor(r="perhaps"),
        cursor(x="1"),
        "!!!",
        "AA==",
        "한글",
        "\x00",
    ],
)
def test_a_cursor_that_is_none_is_refused(staff: User, path: str, broken: str) -> None:
    assert errors_of(Device(staff).get(path, cursor=broken)) == {"cursor": ["invalid"]}


@pytest.mark.parametrize("path", LISTS)
def test_valid_cursors_lead_forth_and_back(staff: User, path: str) -> None:
    for _ in range(3):
        NotificationFactory.create(user=staff, post=make_post(author=staff))
    device, walked = Device(staff), []
    whole = [row["id"] for row in device.get(path).json()["results"]]
    page = device.get(path, page_size=1).json()
    while True:
        walked.append(page["results"][0]["id"])
        if page["next"] is None:
            break
        page = device.get(page["next"].removeprefix("http://testserver")).json()
    assert walked == whole and len(whole) == 3
    back = device.get(page["previous"].removeprefix("http://testserver")).json()
    assert back["results"][0]["id"] == whole[1]
