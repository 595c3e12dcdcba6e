"""Review over the API: an office app decides as the desk does."""

import pytest

from matching.models import Match, MatchDecision
from tests.support.api_client import Device, code_of, errors_of
from tests.support.factories import (
    CategoryFactory,
    FoundPostFactory,
    MatchFactory,
    OfficeFactory,
    PhotoFactory,
    PostFactory,
    StaffFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def app() -> Device:
    return Device(StaffFactory.create())


def test_the_next_pair_has_everything_for_a_decision(app: Device) -> None:
    found = FoundPostFactory.create(shelf="A-12", hidden_facts="별")
    pair = MatchFactory.create(found=found)
    body = app.post("review/next/").json()
    assert body["left"] == 1 and body["pair"]["id"] == pair.pk
    shown = body["pair"]
    assert shown["found"]["shelf"] == "A-12" and shown["found"]["hidden_facts"] == "별"
    assert [fact["verdict"] for fact in shown["facts"]] and shown["terms"] and shown["version"]
    assert shown["answer"] is None and shown["gates"] == []
    colleague = Device(StaffFactory.create())
    assert colleague.post("review/next/").json() == {"left": 1, "pair": None}


def test_confirm_undo_reject_and_skip(app: Device) -> None:
    pair = MatchFactory.create()
    version = app.post("review/next/").json()["pair"]["version"]
    decided = app.post(f"review/{pair.pk}/confirm/", {"version": version}).json()
    assert decided["action"] == "confirm"
    assert app.post(f"review/decisions/{decided['id']}/undo/").json()["action"] == "undo"
    assert code_of(app.post(f"review/decisions/{decided['id']}/undo/"), 409) == "undone"
    version = app.get(f"review/{pair.pk}/").json()["version"]
    assert app.post(f"review/{pair.pk}/skip/").status_code == 204
    body = {"version": version, "reason": "different_detail", "note": "다른 흠집"}
    assert app.post(f"review/{pair.pk}/reject/", body).json()["reason"] == "different_detail"
    pair.refresh_from_db()
    assert pair.status == Match.Status.REJECTED
    assert MatchDecision.objects.filter(note="다른 흠집").count() == 1


def test_a_stale_version_or_none_is_refused(app: Device) -> None:
    pair = MatchFactory.create()
    assert code_of(app.post(f"review/{pair.pk}/confirm/", {"version": "old"}), 409) == "changed"
    assert errors_of(app.post(f"review/{pair.pk}/confirm/")) == {"version": ["required"]}
    bad = {"version": "x", "reason": "just because"}
    assert errors_of(app.post(f"review/{pair.pk}/reject/", bad)) == {"reason": ["invalid_choice"]}


def test_nobody_else_reviews() -> None:
    pair = MatchFactory.create()
    for user in (UserFactory.create(), UserFactory.create(is_staff=True)):
        phone = Device(user)
        for path in ("review/next/", f"review/{pair.pk}/confirm/", f"review/{pair.pk}/skip/"):
            assert code_of(phone.post(path), 403) == "permission_denied"
        assert code_of(phone.get(f"review/{pair.pk}/"), 403) == "permission_denied"
    pair.refresh_from_db()
    assert pair.status == Match.Status.SUGGESTED


@pytest.mark.parametrize("action", ["confirm", "reject"])
def test_a_repeated_decision_gets_the_same_response(app: Device, action: str) -> None:
    pair = MatchFactory.create()
    path = f"review/{pair.pk}/{action}/"
    body = {"version": app.get(f"review/{pair.pk}/").json()["version"]}
    first = app.post(path, body)
    assert first.status_code == 200
    assert app.post(path, body).json() == first.json()
    assert MatchDecision.objects.count() == 1
    colleague = Device(StaffFactory.create())
    assert code_of(colleague.post(path, body), 409) == "decided"
    other = "reject" if action == "confirm" else "confirm"
    assert code_of(app.post(f"review/{pair.pk}/{other}/", body), 409) == "decided"
    undone = app.post(f"review/decisions/{first.json()['id']}/undo/")
    assert undone.status_code == 200
    assert MatchDecision.objects.count() == 2


def test_a_rejection_for_another_reason_is_not_the_same_decision(app: Device) -> None:
    pair = MatchFactory.create()
    path, version = f"review/{pair.pk}/reject/", app.get(f"review/{pair.pk}/").json()["version"]
    body = {"version": version, "reason": "unclear", "note": " 900101-1234567 "}
    first = app.post(path, body)
    assert app.post(path, body).json() == first.json()
    assert code_of(app.post(path, {**body, "reason": "other"}), 409) == "decided"
    assert MatchDecision.objects.get().reason == "unclear"


def test_a_repeated_decision_that_was_undone_is_refused(app: Device) -> None:
    pair = MatchFactory.create()
    path = f"review/{pair.pk}/confirm/"
    body = {"version": app.get(f"review/{pair.pk}/").json()["version"]}
    decided = app.post(path, body).json()
    app.post(f"review/decisions/{decided['id']}/undo/")
    assert code_of(app.post(path, body), 409) == "changed"


def test_a_pair_has_its_reviewer_and_its_look_alikes(app: Device) -> None:
    category, office = CategoryFactory.create(name_en="Earphone case"), OfficeFactory.create()
    facts = {"category": category, "colour": "white"}
    pair = MatchFactory.create(
        lost=PostFactory.create(**facts), found=FoundPostFactory.create(**facts)
    )
    FoundPostFactory.create_batch(9, **facts)
    newest = FoundPostFactory.create(office=office, shelf="A-5", hidden_facts="별", **facts)
    photo = PhotoFactory.create(post=newest)
    path = f"review/{pair.pk}/"
    assert app.get(path).json()["held_by"] is None
    holder = StaffFactory.create()
    Device(holder).post("review/next/")
    body = app.get(path).json()
    assert body["held_by"] == holder.username
    (alikes,) = body["look_alikes"]  # of the found thing; nobody else has lost such a one
    assert (alikes["kind"], alikes["count"], len(alikes["posts"])) == ("found", 10, 8)
    assert alikes["words"] == "White Earphone case"
    assert alikes["posts"][0] == {
        "id": str(newest.public_id),
        "title": newest.title,
        "happened_on": str(newest.happened_on),
        "happened_until": None,
        "office": office.code,
        "shelf": "A-5",
        "thumbnail_url": photo.thumbnail_url,
    }
    refused = app.post(f"{path}confirm/", {"version": body["version"]})
    assert code_of(refused, 409) == "with_colleague"
