"""Posts over the API: create, read, list, change, close and delete, by their author alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lostfound.models import Photo, Post, User
from matching.models import MatchingJob
from tests.support.api_client import Device, code_of, errors_of
from tests.support.builders import files_below, make_post, upload
from tests.support.factories import BuildingFactory, CategoryFactory, OfficeFactory, UserFactory
from tests.support.photo_samples import jpeg

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def lost(**values: Any) -> dict[str, Any]:
    return {"kind": "lost", "title": "파란 우산", **values}


def test_a_post_with_photographs_is_saved_and_waits_for_its_matching(
    phone: Device, owner: User
) -> None:
    category, building = CategoryFactory.create(), BuildingFactory.create()
    day = timezone.localdate() - timedelta(days=2)
    answer = phone.send_form(
        "posts/",
        lost(
            description="손잡이에 노란 리본",
            category=category.code,
            colour="blue",
            building=building.code,
            place_note="2층 창가",
            happened_on=day.isoformat(),
            photos=[upload(1), upload(2)],
        ),
    )
    assert answer.status_code == 201, answer.content
    body = answer.json()
    post = Post.objects.get(public_id=body["id"])
    assert post.author == owner
    assert (post.title, post.description) == ("파란 우산", "손잡이에 노란 리본")
    assert (post.category, post.building, post.happened_on) == (category, building, day)
    assert body["status"] == "open" and body["colour"] == "blue"
    assert body["category"] == category.code and body["building"] == building.code
    assert [photo["id"] for photo in body["photos"]] == [
        str(photo.public_id) for photo in post.photos.order_by("position")
    ]
    assert MatchingJob.objects.get(post=post).status == MatchingJob.Status.PENDING
    for size in ("full_url", "thumbnail_url"):
        picture = phone.get(body["photos"][0][size])
        assert picture.status_code == 200 and picture.headers["Content-Type"] == "image/jpeg"


def test_the_fewest_words_are_enough(phone: Device) -> None:
    body = phone.post("posts/", lost()).json()
    assert (body["happened_on"], body["happened_until"]) == (None, None)
    assert (body["category"], body["colour"], body["photos"]) == (None, "", [])
    found = phone.post("posts/", lost(kind="found", kept_note="desk")).json()
    assert found["happened_on"] == timezone.localdate().isoformat()


def ago(days: int) -> str:
    return (timezone.localdate() - timedelta(days=days)).isoformat()


def test_a_loss_may_have_been_on_several_days(phone: Device) -> None:
    sent = lost(happened_on=ago(5), happened_until=ago(2))
    body = phone.post("posts/", sent).json()
    assert (body["happened_on"], body["happened_until"]) == (ago(5), ago(2))
    address = f"posts/{body['id']}/"
    for change, days in (
        ({"happened_until": ago(3)}, (ago(5), ago(3))),
        ({"happened_until": ago(5)}, (ago(5), None)),  # the first day alone is left
        ({"happened_until": ago(1)}, (ago(5), ago(1))),
        ({"happened_on": None}, (None, None)),
        ({"happened_on": ago(9)}, (ago(9), None)),
    ):
        changed = phone.patch(address, change).json()
        assert (changed["happened_on"], changed["happened_until"]) == days, change


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"happened_until": ago(1)}, {"happened_on": ["required"]}),
        (
            {"happened_on": ago(1), "happened_until": ago(2)},
            {"happened_until": ["before_first"]},
        ),
        ({"happened_on": ago(1), "happened_until": ago(-1)}, {"happened_until": ["future"]}),
        ({"happened_on": ago(999)}, {"happened_on": ["too_old"]}),
        (
            {"kind": "found", "kept_note": "desk", "happened_on": None},
            {"happened_on": ["required"]},
        ),
    ],
)
def test_days_that_cannot_be_are_refused(
    phone: Device, fields: dict[str, Any], errors: dict[str, list[str]]
) -> None:
    assert errors_of(phone.post("posts/", lost(**fields))) == errors


def test_a_found_thing_has_one_day(phone: Device) -> None:
    sent = lost(kind="found", kept_note="desk", happened_on=ago(2), happened_until=ago(1))
    body = phone.post("posts/", sent).json()
    assert (body["happened_on"], body["happened_until"]) == (ago(2), None)


def test_what_a_client_may_not_set_changes_nothing(phone: Device, owner: User) -> None:
    other = UserFactory.create()
    for name, value in (("author", other.pk), ("is_staff", True), ("idempotency_key", "x")):
        assert errors_of(phone.post("posts/", lost(**{name: value}))) == {name: ["unknown_field"]}
    answer = phone.post("posts/", lost(status="matched", id="1", created_at="2020-01-01T00:00:00Z"))
    post = Post.objects.get()
    assert answer.json()["id"] == str(post.public_id) and post.created_at.year > 2020
    assert (post.author, post.status) == (owner, Post.Status.OPEN)


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"title": ""}, "title", "blank"),
        ({"title": "\u200b\u2060\u3164"}, "title", "blank"),  # nothing that anybody sees
        ({"title": "x" * 101}, "title", "max_length"),
        ({"title": None}, "title", "null"),
        ({"kind": "stolen"}, "kind", "invalid_choice"),
        ({"category": "no-such"}, "category", "does_not_exist"),
        ({"building": "no-such"}, "building", "does_not_exist"),
        ({"colour": "octarine"}, "colour", "invalid_choice"),
        ({"happened_on": "2999-01-01"}, "happened_on", "future"),
        ({"happened_on": "yesterday"}, "happened_on", "invalid"),
        ({"happened_on": "0001-01-01"}, "happened_on", "too_old"),
        ({"description": "x" * 100_000}, "description", "max_length"),
    ],
)
def test_a_wrong_value_is_named_under_its_field(
    phone: Device, fields: dict[str, Any], field: str, code: str
) -> None:
    assert errors_of(phone.post("posts/", lost(**fields))) == {field: [code]}
    assert not Post.objects.exists()


def test_a_word_of_one_syllable_is_a_title(phone: Device) -> None:
    assert phone.post("posts/", lost(title="책")).json()["title"] == "책"


def test_marks_that_nobody_sees_are_not_kept(phone: Device) -> None:
    body = phone.post("posts/", lost(title="지갑 \u202e1004", description="90\u200b0101-1234567"))
    assert body.json()["title"] == "지갑 1004"
    assert body.json()["description"] == "90****-*******"  # nor do they hide a number
    assert phone.post("posts/", lost(title="👨‍👩‍👧 열쇠")).json()["title"] == "👨‍👩‍👧 열쇠"


def test_what_is_missing_is_named_under_its_field(phone: Device) -> None:
    assert errors_of(phone.post("posts/", {})) == {"title": ["required"], "kind": ["required"]}


def test_a_found_thing_says_where_it_is_kept(phone: Device) -> None:
    found = {"kind": "found", "title": "검은 지갑"}
    assert errors_of(phone.post("posts/", found)) == {"office": ["required"]}
    office = OfficeFactory.create()
    assert phone.post("posts/", {**found, "office": office.code}).json()["office"] == office.code
    assert phone.post("posts/", {**found, "kept_note": "과사무실"}).status_code == 201


@pytest.mark.parametrize(("language", "word"), [("ko", "오지 않은 날"), ("en", "future")])
def test_messages_are_in_the_readers_language(owner: User, language: str, word: str) -> None:
    answer = Device(owner, language).post("posts/", lost(happened_on="2999-01-01"))
    assert word in answer.json()["errors"]["happened_on"][0]["message"]


@pytest.mark.parametrize(
    "content", [b"", b"no picture", jpeg()[:200], b"%!PS-Adobe-3.0 EPSF-3.0\n"]
)
def test_a_wrong_photograph_saves_nothing_at_all(
    phone: Device, content: bytes, media_root: Any
) -> None:
    bad = upload()
    assert bad.file is not None
    bad.file.seek(0)
    bad.file.truncate()
    bad.file.write(content)
    bad.file.seek(0)
    bad.size = len(content)
    assert list(errors_of(phone.send_form("posts/", lost(photos=[upload(1), bad])))) == ["photos"]
    assert not Post.objects.exists() and not Photo.objects.exists()
    assert files_below(media_root) == []


def test_a_sixth_photograph_is_refused(phone: Device) -> None:
    six = [upload(shade) for shade in range(6)]
    assert errors_of(phone.send_form("posts/", lost(photos=six))) == {"photos": ["too_many"]}
    assert not Post.objects.exists()


def test_photographs_are_added_and_removed(phone: Device) -> None:
    path = f"posts/{phone.post('posts/', lost()).json()['id']}/photos/"
    for shade in range(5):
        assert phone.send_form(path, {"photos": [upload(shade)]}).status_code == 200
    assert errors_of(phone.send_form(path, {"photos": [upload(9)]})) == {"photos": ["too_many"]}
    six = {"photos": [upload(shade) for shade in range(6)]}
    assert errors_of(phone.send_form(path, six)) == {"photos": ["too_many"]}
    photos = phone.get(path.replace("photos/", "")).json()["photos"]
    assert len(photos) == 5
    assert phone.delete(f"{path}{photos[0]['id']}/").status_code == 204
    left = phone.get(path.replace("photos/", "")).json()["photos"]
    assert [photo["id"] for photo in left] == [photo["id"] for photo in photos[1:]]
    assert code_of(phone.delete(f"{path}{photos[0]['id']}/"), 404) == "not_found"


def test_a_post_is_changed_in_parts(phone: Device) -> None:
    path = f"posts/{phone.post('posts/', lost(description='리본')).json()['id']}/"
    body = phone.patch(path, {"title": "남색 우산"}).json()
    assert (body["title"], body["description"], body["kind"]) == ("남색 우산", "리본", "lost")
    assert errors_of(phone.patch(path, {"happened_on": "2999-01-01"})) == {
        "happened_on": ["future"]
    }
    assert phone.get(path).json()["title"] == "남색 우산"


def test_a_post_is_closed_opened_again_and_deleted(phone: Device) -> None:
    path = f"posts/{phone.post('posts/', lost()).json()['id']}/"
    assert phone.post(f"{path}close/").json()["status"] == "closed"
    assert phone.post(f"{path}reopen/").json()["status"] == "open"
    assert phone.delete(path).status_code == 204
    assert code_of(phone.get(path), 404) == "not_found"
    assert not Post.objects.exists()


@pytest.mark.parametrize("role", ["student", "staff"])
def test_somebody_elses_post_is_not_there(role: str) -> None:
    post = make_post(kind="lost", photos=1)
    photo = post.photos.get()
    other = Device(UserFactory.create(is_staff=role == "staff"))
    path = f"posts/{post.public_id}/"
    attempts = [
        other.get(path),
        other.patch(path, {"title": "mine now"}),
        other.delete(path),
        other.post(f"{path}close/"),
        other.post(f"{path}reopen/"),
        other.send_form(f"{path}photos/", {"photos": [upload()]}),
        other.delete(f"{path}photos/{photo.public_id}/"),
        other.get(f"{path}matching/"),
        other.get(f"{path}suggestions/"),
    ]
    assert [code_of(answer, 404) for answer in attempts] == ["not_found"] * len(attempts)
    assert Post.objects.get().title == "파란 우산"


def test_the_list_has_ones_own_posts_newest_first_in_pages(phone: Device, owner: User) -> None:
    made = [str(make_post(author=owner, kind="lost").public_id) for _ in range(3)]
    make_post(kind="lost")
    first = phone.get("posts/", page_size=2).json()
    second = phone.get(first["next"].removeprefix("http://testserver")).json()
    listed = [post["id"] for page in (first, second) for post in page["results"]]
    assert listed == made[::-1]
    assert second["next"] is None


def test_the_list_is_narrowed_by_kind_and_status(phone: Device, owner: User) -> None:
    lost_post = make_post(author=owner, kind="lost")
    make_post(author=owner, kind="found")
    listed = phone.get("posts/", kind="lost", status="open").json()["results"]
    assert [post["id"] for post in listed] == [str(lost_post.public_id)]
    assert phone.get("posts/", status="closed").json()["results"] == []
    assert errors_of(phone.get("posts/", kind="stolen")) == {"kind": ["invalid_choice"]}


def test_a_longer_list_costs_no_more_queries(phone: Device, owner: User) -> None:
    counts = []
    for more in (1, 15):
        for _ in range(more):
            make_post(author=owner, kind="found", photos=1, category=CategoryFactory.create())
        phone.get("posts/")
        with CaptureQueriesContext(connection) as queries:
            phone.get("posts/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_posting_is_limited_by_the_hour(phone: Device, settings: Any) -> None:
    settings.POSTS_PER_HOUR = 2
    assert [phone.post("posts/", lost()).status_code for _ in range(2)] == [201, 201]
    answer = phone.post("posts/", lost())
    assert code_of(answer, 429) == "throttled"
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    assert phone.get("posts/").status_code == 200  # reading goes on
    assert Post.objects.count() == 2
