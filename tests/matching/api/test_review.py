"""Review over the API: an app of the office decides as the desk does."""

import pytest

from matching.models import Match, MatchDecision
from tests.factories import FoundPostFactory, MatchFactory, StaffFactory, UserFactory
from tests.lostfound.api.device import Device, code_of, errors_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def app() -> Device:
    return Device(StaffFactory.create())


def test_the_next_pair_with_all_that_a_decision_needs(app: Device) -> None:
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
    assert code_of(app.post(f"review/{pair.pk}/confirm/", {"version": version}), 409) == "decided"
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
