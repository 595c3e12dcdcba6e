"""What counts against the limits of an hour, and what does not."""

from typing import Any

import pytest
from pytest_django import Settings

from lostfound.models import Post, User
from lostfound.throttles import ATTEMPTS_FACTOR
from tests.factories import StaffFactory
from tests.lostfound.api.device import Device, code_of
from tests.lostfound.making import make_post, upload

pytestmark = pytest.mark.django_db

LOST = {"kind": "lost", "title": "우산"}
HANDED_IN = {"title": "우산", "kept_note": "선반"}


@pytest.fixture(autouse=True)
def few(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.POSTS_PER_HOUR = 2
    monkeypatch.setattr("lostfound.api.office.OfficePostsView.throttle_limit", 2)


@pytest.mark.parametrize(
    ("path", "good"), [("posts/", LOST), ("office/posts/", HANDED_IN)], ids=["person", "office"]
)
def test_a_body_that_is_refused_takes_no_place(path: str, good: dict[str, Any]) -> None:
    device = Device(StaffFactory.create())
    broken = upload()
    broken.file = upload(1).file.__class__(b"not a picture")  # type: ignore[union-attr]
    for _ in range(4):
        assert device.post(path, {**good, "title": ""}).status_code == 400
    assert device.send_form(path, {**good, "photos": [broken]}).status_code == 400
    answers = [device.post(path, good) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert 0 < int(answers[2].headers["Retry-After"]) <= 3600
    assert Post.objects.count() == 2


def test_bodies_that_are_refused_are_bounded_too(phone: Device) -> None:
    got = [phone.post("posts/", {}).status_code for _ in range(2 * ATTEMPTS_FACTOR + 1)]
    assert got == [400] * 2 * ATTEMPTS_FACTOR + [429]


def test_what_was_saved_already_is_answered_at_the_limit(phone: Device) -> None:
    def send(key: str) -> Any:
        return phone.send("post", "posts/", LOST, Idempotency_Key=key)

    made = [send("one"), send("two")]
    assert [answer.status_code for answer in made] == [201, 201]
    assert code_of(send("three"), 429) == "throttled"
    again = send("one")
    assert again.status_code == 201 and again.json() == made[0].json()
    assert again.headers["Location"] == made[0].headers["Location"]
    assert Post.objects.count() == 2


@pytest.mark.parametrize("write", ["close", "photo", "delete"])
def test_every_change_of_a_post_counts_as_one(phone: Device, owner: User, write: str) -> None:
    post = make_post(author=owner, kind="lost", photos=2)
    path = f"posts/{post.public_id}/"
    assert phone.post(f"{path}close/").status_code == 200
    assert phone.post(f"{path}reopen/").status_code == 200
    refused = {
        "close": lambda: phone.post(f"{path}close/"),
        "photo": lambda: phone.delete(f"{path}photos/{post.photos.all()[0].public_id}/"),
        "delete": lambda: phone.delete(path),
    }[write]()
    assert code_of(refused, 429) == "throttled"
    assert Post.objects.get().is_open and post.photos.count() == 2
