"""The review desk: the queue, the page of one pair, single and bulk decisions, undo."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lostfound.models import Post
from lostfound.services import edit_post
from matching.models import Match, MatchDecision
from matching.services import confirm_match, take_over
from tests.support.factories import MatchFactory, PhotoFactory, StaffFactory
from tests.support.web_client import page, signed_in

pytestmark = pytest.mark.django_db

QUEUE = reverse("admin:matching_match_changelist")
DECIDE = reverse("admin:matching_match_decide")


@pytest.fixture
def desk() -> Client:
    return signed_in(StaffFactory.create(), "en")


def review_url(match: Match) -> str:
    return reverse("admin:matching_match_change", args=[match.pk])


def button(client: Client, match: Match, decision: str) -> str:
    """The value of a button on the page."""
    found = re.search(
        rf'value="({decision}:{match.pk}:[^"]+)"', page(client.get(review_url(match)))
    )
    assert found, decision
    return found[1]


def press(client: Client, value: str, **fields: Any) -> str:
    """Press a button of the review page; returns the page that follows."""
    answer = client.post(DECIDE, {"decision": value, "page": "review", **fields}, follow=True)
    assert answer.status_code == 200
    return page(answer)


def test_the_queue_has_the_newest_and_strongest_first(desk: Client) -> None:
    now = timezone.now()
    for score in (0.7, 0.9, 0.8):
        MatchFactory.create(score=score, created_at=now)
    gone = MatchFactory.create(status=Match.Status.REJECTED, score=0.99)
    shown = re.findall(r">\s*(0\.\d\d)\s*</", page(desk.get(QUEUE)))
    assert list(dict.fromkeys(shown)) == ["0.90", "0.80", "0.70"]
    assert review_url(gone) not in page(desk.get(QUEUE))
    assert review_url(gone) in page(desk.get(QUEUE, {"status": "rejected"}))


def test_the_page_shows_both_posts_the_score_and_every_term(desk: Client) -> None:
    match = MatchFactory.create(
        terms={"text_text": 0.91, "image_image": None, "combined": 0.87}, score=0.87
    )
    photo = PhotoFactory.create(post=match.found)
    text = page(desk.get(review_url(match)))
    for words in (match.lost.title, match.found.title, "0.87", "0.91", "Text to text"):
        assert words in text
    assert str(photo.public_id) in text


def test_confirming_matches_both_posts_and_undoing_restores_them(desk: Client) -> None:
    match = MatchFactory.create()
    rival = MatchFactory.create(lost=match.lost)
    press(desk, button(desk, match, "confirm"))
    both = Post.objects.filter(pk__in=[match.lost_id, match.found_id])
    assert list(both.values_list("status", flat=True)) == ["matched", "matched"]
    rival.refresh_from_db()
    assert rival.status == "set_aside"
    decision = MatchDecision.objects.get()
    undo = reverse("admin:matching_matchdecision_undo")
    desk.post(undo, {"decision": str(decision.public_id)})
    for row in (match, rival):
        row.refresh_from_db()
        assert row.status == "suggested"
    assert set(Post.objects.values_list("status", flat=True)) == {"open"}


def test_rejecting_keeps_reason_and_note(desk: Client) -> None:
    match = MatchFactory.create()
    value = button(desk, match, "reject")
    press(desk, value, reason="different_thing", note="a notebook, no wallet")
    match.refresh_from_db()
    decision = MatchDecision.objects.get()
    assert match.status == "rejected"
    assert (decision.reason, decision.note) == ("different_thing", "a notebook, no wallet")


def test_an_outdated_page_decides_nothing(desk: Client) -> None:
    match = MatchFactory.create()
    value = button(desk, match, "confirm")
    Match.objects.filter(pk=match.pk).update(evidence_hash="f" * 64)
    press(desk, value)
    match.refresh_from_db()
    assert match.status == "suggested" and not MatchDecision.objects.exists()


def test_what_somebody_else_decided_first_stands(desk: Client) -> None:
    match = MatchFactory.create()
    value = button(desk, match, "reject")
    colleague = StaffFactory.create()
    take_over(match, colleague)
    confirm_match(match, actor=colleague)
    press(desk, value)
    match.refresh_from_db()
    assert match.status == "confirmed" and MatchDecision.objects.count() == 1


@pytest.mark.parametrize("value", ["", "confirm", "confirm:x:y", "explode:1:2", "confirm:999999:a"])
def test_a_forged_button_is_refused(desk: Client, value: str) -> None:
    match = MatchFactory.create()
    answer = desk.post(DECIDE, {"decision": value, "page": "review"})
    assert answer.status_code in (302, 400, 404)
    match.refresh_from_db()
    assert match.status == "suggested"


@pytest.mark.parametrize(("action", "status"), [("confirm", "confirmed"), ("reject", "rejected")])
def test_bulk_decisions_need_a_confirmation(desk: Client, action: str, status: str) -> None:
    matches = MatchFactory.create_batch(3)
    data = {"action": f"{action}_selected", "_selected_action": [match.pk for match in matches]}
    confirmation = page(desk.post(QUEUE, data))
    assert not MatchDecision.objects.exists()
    versions = dict(re.findall(r'name="(version_\d+)" value="([^"]+)"', confirmation))
    assert len(versions) == 3
    desk.post(QUEUE, {**data, **versions, "sure": "yes"})
    assert set(Match.objects.values_list("status", flat=True)) == {status}


@pytest.mark.parametrize("office", ["0", "abc", "9" * 30, "-1", "%00", "１"])
def test_an_unknown_office_has_no_pairs(desk: Client, office: str) -> None:
    match = MatchFactory.create()
    answer = desk.get(QUEUE, {"office": office})
    assert answer.status_code == 200 and review_url(match) not in page(answer)


def test_a_longer_queue_costs_no_more_queries(desk: Client) -> None:
    counts = []
    for more in (2, 16):
        for match in MatchFactory.create_batch(more):
            PhotoFactory.create(post=match.lost)
            PhotoFactory.create(post=match.found)
        desk.get(QUEUE)
        with CaptureQueriesContext(connection) as queries:
            desk.get(QUEUE)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_user_text_is_escaped(desk: Client) -> None:
    match = MatchFactory.create()
    hostile = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    edit_post(
        match.lost, actor=match.lost.author, fields={"title": hostile, "description": hostile}
    )
    Match.objects.update(status="suggested")
    for url in (QUEUE, review_url(match)):
        text = page(desk.get(url))
        assert "<script>alert" not in text and "<img src=x" not in text
        assert "&lt;script&gt;" in text


def test_a_sampled_pair_can_be_decided_in_the_list(desk: Client) -> None:
    match = MatchFactory.create(status=Match.Status.SAMPLED, score=0.12)
    assert review_url(match) not in page(desk.get(QUEUE))
    listed = page(desk.get(QUEUE, {"status": "drawn"}))
    assert "sampled for comparison" in listed
    value = re.search(rf'value="(reject:{match.pk}:[^"]+)"', listed)
    assert value
    desk.post(DECIDE, {"decision": value[1], "page": "list"})
    match.refresh_from_db()
    assert match.status == "rejected"
