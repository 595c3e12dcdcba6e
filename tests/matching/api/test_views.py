"""The state of a post's matching and its suggestions, as a mobile client reads them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lostfound.models import Post
from matching.models import IntakeQuestion, Match, MatchingJob, SuggestionAnswer
from matching.services import confirm_match
from tests.support.api_client import Device, code_of, errors_of
from tests.support.builders import make_category, make_post, make_user, upload
from tests.support.factories import MatchFactory, StaffFactory

pytestmark = pytest.mark.django_db


def owned(**values: object) -> tuple[Post, Device]:
    post = make_post(author=make_user(password="correct horse"), kind="lost", **values)
    return post, Device(post.author)


def test_a_client_follows_the_matching() -> None:
    post, phone = owned()
    path = f"posts/{post.public_id}/matching/"
    answer = phone.get(path)
    assert answer.headers["Retry-After"]
    assert answer.json() == {
        "status": "pending",
        "suggestion_count": 0,
        "is_waiting": True,
        "waiting_reason": answer.json()["waiting_reason"],
    }
    MatchingJob.objects.update(status=MatchingJob.Status.DONE)
    MatchFactory.create(lost=post, found=make_post(kind="found"))
    answer = phone.get(path)
    assert "Retry-After" not in answer.headers
    assert (answer.json()["status"], answer.json()["suggestion_count"]) == ("done", 1)
    assert answer.json()["is_waiting"] is False


def test_a_closed_post_waits_for_nothing() -> None:
    post, phone = owned()
    phone.post(f"posts/{post.public_id}/close/")
    body = phone.get(f"posts/{post.public_id}/matching/").json()
    assert (body["status"], body["is_waiting"]) == ("idle", False)


def test_suggestions_come_strongest_first_and_only_those_that_are_shown() -> None:
    post, phone = owned()
    for score, status in (
        (0.7, Match.Status.SUGGESTED),
        (0.9, Match.Status.SUGGESTED),
        (0.95, Match.Status.REJECTED),
        (0.96, Match.Status.EXCLUDED),
        (0.97, Match.Status.WITHDRAWN),
    ):
        MatchFactory.create(lost=post, found=make_post(kind="found"), score=score, status=status)
    listed = phone.get(f"posts/{post.public_id}/suggestions/").json()
    assert [row["status"] for row in listed] == ["suggested", "suggested"]
    scores = dict(Match.objects.values_list("pk", "score"))
    assert [scores[row["id"]] for row in listed] == [0.9, 0.7]


def test_similarity_is_shown_in_two_bands_and_not_as_a_score() -> None:
    post, phone = owned()
    for score in (0.951234, 0.95, 0.3, 0.2):
        MatchFactory.create(
            lost=post, found=make_post(kind="found"), score=score, strategy="calibrated_v3"
        )
    path = f"posts/{post.public_id}/suggestions/"
    listed = phone.get(path).json()
    assert [(row["likeness"], row["likeness_words"]) for row in listed] == [
        *[("very_similar", "Very similar")] * 2,
        *[("similar", "Similar")] * 2,
    ]
    assert not {"score", "strategy", "terms", "rank"} & set(listed[0])
    assert {key: value for key, value in listed[0].items() if isinstance(value, float)} == {}
    korean = Device(post.author, "ko").get(path).json()
    assert [row["likeness_words"] for row in korean][::2] == ["매우 비슷해요", "비슷해요"]


def test_a_suggestion_contains_only_public_data() -> None:
    post, phone = owned()
    secret = make_post(
        kind="found",
        photos=1,
        category=make_category(is_sensitive=True),
        description="안에 학생증 20261234",
        kept_note="3번 상자",
    )
    MatchFactory.create(lost=post, found=secret)
    answer = phone.get(f"posts/{post.public_id}/suggestions/")
    (row,) = answer.json()
    assert row["post"]["thumbnail_url"] is None
    assert "20261234" not in answer.content.decode() and "3번" not in answer.content.decode()
    assert secret.author.username not in answer.content.decode()


def test_more_suggestions_cost_no_more_queries() -> None:
    post, phone = owned()
    counts = []
    for more in (1, 9):
        for _ in range(more):
            MatchFactory.create(lost=post, found=make_post(kind="found", photos=1))
        phone.get(f"posts/{post.public_id}/suggestions/")
        with CaptureQueriesContext(connection) as queries:
            phone.get(f"posts/{post.public_id}/suggestions/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_timeline_lists_steps_with_their_times() -> None:
    post, phone = owned()
    path = f"posts/{post.public_id}/timeline/"
    steps = phone.get(path).json()
    assert [(step["name"], step["state"]) for step in steps] == [
        ("saved", "done"),
        ("compared", "now"),
        ("similar", "later"),
        ("confirmed", "later"),
    ]
    assert steps[0]["label"] == "Saved" and steps[0]["at"] and steps[3]["at"] is None
    finished = timezone.now()
    MatchingJob.objects.update(status=MatchingJob.Status.DONE, finished_at=finished)
    confirm_match(
        MatchFactory.create(lost=post, found=make_post(kind="found")), actor=StaffFactory.create()
    )
    steps = phone.get(path).json()
    assert [(step["name"], step["state"], bool(step["at"])) for step in steps] == [
        ("saved", "done", True),
        ("compared", "done", True),
        ("confirmed", "done", True),
        ("returned", "now", False),
    ]
    korean = Device(post.author, "ko").get(path).json()
    assert korean[2]["label"] == "분실물센터 확정"
    other, _phone = owned()
    assert phone.get(f"posts/{other.public_id}/timeline/").status_code == 404


def test_a_refused_answer_does_not_count_towards_the_limit(set_limit: Callable[..., None]) -> None:
    set_limit("answer", 2)
    post, phone = owned()
    open_one, decided = (
        MatchFactory.create(lost=post, found=make_post(kind="found"), status=status)
        for status in (Match.Status.SUGGESTED, Match.Status.REJECTED)
    )

    def answer(match: Match, choice: str) -> Any:
        path = f"/api/v1/posts/{post.public_id}/suggestions/{match.pk}/answer/"
        return phone.send("put", path, {"answer": choice})

    for _ in range(3):
        assert code_of(answer(decided, "mine"), 409) == "not_answerable"
        assert errors_of(answer(open_one, "perhaps")) == {"answer": ["invalid_choice"]}
        there = f"posts/{post.public_id}/suggestions/{open_one.pk}/answer/"
        assert phone.delete(there).status_code == 204  # there is no answer to withdraw
    got = [answer(open_one, "mine").status_code for _ in range(2)]
    assert [*got, phone.delete(there).status_code] == [200, 200, 429]
    assert SuggestionAnswer.objects.filter(match=open_one).exists()


def test_a_photograph_under_a_wrong_name_is_not_lost_silently() -> None:
    _post, phone = owned()
    for path in ("intake/", "search/photo/"):
        answer = phone.send_form(path, {"photos": upload(1)})
        errors = answer.json()["errors"]["photos"]
        assert (answer.status_code, errors[0]["code"]) == (400, "unknown_field")
        assert "“photo”" in errors[0]["message"]
    assert not IntakeQuestion.objects.exists()


def test_an_answer_has_no_other_fields() -> None:
    post, phone = owned()
    pair = MatchFactory.create(lost=post, found=make_post(kind="found"))
    path = f"posts/{post.public_id}/suggestions/{pair.pk}/answer/"
    answer = phone.send("put", path, {"answer": "mine", "notes": "리본"})
    assert errors_of(answer) == {"notes": ["unknown_field"]}


def test_a_photograph_that_cannot_be_used_is_named_as_such() -> None:
    _post, phone = owned()
    broken = SimpleUploadedFile("a.jpg", b"no photograph", "image/jpeg")
    errors = errors_of(phone.send_form("intake/", {"title": "우산", "photo": broken}))
    assert list(errors) == ["photo"]
