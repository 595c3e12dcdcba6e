"""Once a match is confirmed, the owner and nobody else learns where the thing is kept."""

from typing import Any

import pytest

from lostfound.models import Office, Post, User
from lostfound.services import change_status
from matching.models import Match
from matching.services import answer_suggestion, confirm_match, undo_decision
from tests.support.api_client import Device
from tests.support.factories import (
    FoundPostFactory,
    MatchFactory,
    OfficeFactory,
    PostFactory,
    StaffFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def loser() -> User:
    return UserFactory.create()


@pytest.fixture
def finder() -> User:
    return UserFactory.create()


def pair_of(loser: User, finder: User, office: Office | None = None, note: str = "") -> Match:
    lost = PostFactory.create(author=loser, title="내 우산")
    found = FoundPostFactory.create(author=finder, office=office, kept_note=note)
    return MatchFactory.create(lost=lost, found=found)


def suggestion_of(post: Post) -> Any:
    (row,) = Device(post.author).get(f"posts/{post.public_id}/suggestions/").json()
    return row


def message_of(user: User, kind: str = "match_confirmed") -> Any:
    rows = Device(user).get("notifications/").json()["results"]
    return next(row for row in rows if row["kind"] == kind)


def test_the_owner_sees_office_hours_and_telephone(loser: User, finder: User) -> None:
    office = OfficeFactory.create(hours_ko="평일", hours_en="Weekdays", phone="02-123-4567")
    pair = pair_of(loser, finder, office, note="처음에는 경비실")
    assert suggestion_of(pair.lost)["kept_at"] is None  # not before the office has confirmed it
    confirm_match(pair, actor=StaffFactory.create())
    for kept in (suggestion_of(pair.lost)["kept_at"], message_of(loser)["kept_at"]):
        assert kept == {
            "office": {
                "code": office.code,
                "name_ko": office.name_ko,
                "name_en": office.name_en,
                "building": office.building.code,
                "phone": "02-123-4567",
                "hours_ko": "평일",
                "hours_en": "Weekdays",
            },
            "kept_note": "",
        }
    message = message_of(loser)
    assert (
        message["title"] == "내 우산" and message["message"] == "Your lost thing was found: 내 우산"
    )
    where = f"It is kept at: {office.name_en} ({office.building.name_en})"
    assert message["advice"] == where


def test_the_owner_sees_the_finders_note_if_no_office_keeps_it(loser: User, finder: User) -> None:
    pair = pair_of(loser, finder, note="과사무실 302호")
    assert "302호" not in str(suggestion_of(pair.lost))
    confirm_match(pair, actor=StaffFactory.create())
    kept = {"office": None, "kept_note": "과사무실 302호"}
    assert suggestion_of(pair.lost)["kept_at"] == kept == message_of(loser)["kept_at"]
    message = Device(loser, "ko").get("notifications/").json()["results"][0]
    assert message["advice"] == "주운 분이 알려 준 보관 장소: 과사무실 302호"


def test_the_finder_does_not_see_the_place(loser: User, finder: User) -> None:
    pair = pair_of(loser, finder, note="과사무실 302호")
    confirm_match(pair, actor=StaffFactory.create())
    assert suggestion_of(pair.found)["kept_at"] is None
    message = message_of(finder)
    assert message["kept_at"] is None and "302호" not in str(message)
    assert message["message"] == (
        f"The owner of the thing you found has been identified: {pair.found.title}"
    )
    assert message["advice"].startswith(
        "If the thing is at the office, you do not need to do anything"
    )


def test_an_undone_match_no_longer_shows_the_place(loser: User, finder: User) -> None:
    pair = pair_of(loser, finder, note="과사무실 302호")
    staff = StaffFactory.create()
    undo_decision(confirm_match(pair, actor=staff), actor=staff)
    assert suggestion_of(pair.lost)["kept_at"] is None
    assert message_of(loser)["kept_at"] is None
    pair.lost.refresh_from_db()
    other = MatchFactory.create(lost=pair.lost, found=FoundPostFactory.create(kept_note="경비실"))
    confirm_match(other, actor=staff)
    rows = Device(loser).get("notifications/").json()["results"]
    places = [(row["kind"], row["kept_at"] and row["kept_at"]["kept_note"]) for row in rows]
    assert places == [
        ("match_confirmed", "경비실"),
        ("match_withdrawn", None),
        ("match_confirmed", None),
    ]
    assert "302호" not in str(rows)


def test_a_returned_thing_is_kept_nowhere(loser: User, finder: User) -> None:
    pair = pair_of(loser, finder, note="과사무실 302호")
    confirm_match(pair, actor=StaffFactory.create())
    for post in (pair.lost, pair.found):
        post.refresh_from_db()
        change_status(post, Post.Status.RETURNED, actor=None, action="returned")
    assert suggestion_of(pair.lost)["kept_at"] is None
    assert message_of(loser)["kept_at"] is None


def test_the_finder_does_not_see_the_owners_answer(loser: User, finder: User) -> None:
    pair = pair_of(loser, finder)
    answer_suggestion(pair.lost, pair.pk, actor=loser, answer="mine")
    assert suggestion_of(pair.lost)["answer"] == "mine"
    assert suggestion_of(pair.found)["answer"] is None
