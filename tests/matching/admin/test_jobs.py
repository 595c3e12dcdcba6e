"""The outbox in the admin: what failed, with its error, and a way to retry."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from matching.models import MatchingJob
from matching.services import match_post
from matching.services.heartbeat import note_encoder
from tests.support.factories import PostFactory, StaffFactory, UserFactory
from tests.support.pipeline import make, row_of
from tests.support.web_client import page, signed_in

pytestmark = pytest.mark.django_db

LIST = reverse("admin:matching_matchingjob_changelist")


@pytest.fixture
def desk() -> Client:
    return signed_in(StaffFactory.create(), "en")


def failed() -> MatchingJob:
    row = PostFactory.create().matching_job
    MatchingJob.objects.filter(pk=row.pk).update(
        status="failed", attempts=3, error="ValueError: <b>broken</b>"
    )
    row.refresh_from_db()
    return row


def test_a_failed_post_is_listed_with_its_error(desk: Client) -> None:
    row, other = failed(), PostFactory.create()
    text = page(desk.get(LIST, {"status__exact": "failed"}))
    assert row.post.title in text and other.title not in text
    assert "ValueError: &lt;b&gt;broken" in text
    assert "ValueError" in page(
        desk.get(reverse("admin:matching_matchingjob_change", args=[row.pk]))
    )


def test_match_again_queues_the_post_with_all_attempts(desk: Client) -> None:
    row = failed()
    answer = desk.post(LIST, {"action": "match_again", "_selected_action": [row.pk]}, follow=True)
    assert "1 post will be matched again" in page(answer)
    row.refresh_from_db()
    assert (row.status, row.attempts, row.error) == ("pending", 0, "")


def test_a_failed_post_is_done_after_match_again(desk: Client, fake_encoder: Any) -> None:
    post = make()
    encode = fake_encoder.encode_texts
    fake_encoder.encode_texts = lambda texts: 1 / 0
    outcomes = [match_post(post.pk) for _ in range(3)]
    assert outcomes == ["went wrong"] * 3
    row = row_of(post)
    text = page(desk.get(LIST, {"status__exact": "failed"}))
    assert post.title in text and "ZeroDivisionError: division by zero" in text
    fake_encoder.encode_texts = encode
    desk.post(LIST, {"action": "match_again", "_selected_action": [row.pk]})
    assert row_of(post).status == "pending"
    assert match_post(post.pk) == "matched"
    assert post.title not in page(desk.get(LIST, {"status__exact": "failed"}))
    row = row_of(post)
    assert (row.status, row.attempts, row.error) == ("done", 1, "")


def test_match_again_leaves_a_closed_post_unchanged(desk: Client) -> None:
    post = PostFactory.create(status="closed")
    row = post.matching_job
    answer = desk.post(LIST, {"action": "match_again", "_selected_action": [row.pk]}, follow=True)
    assert "1 post is not open" in page(answer)
    assert row_of(post).status == "idle"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_link_of_the_list_has_a_name(language: str) -> None:
    """Even if no row has a strategy, an encoder or an error yet."""
    failed()
    PostFactory.create()
    MatchingJob.objects.filter(status="pending").update(strategy="", fingerprint="")
    client = signed_in(StaffFactory.create(), language)
    for query in ({}, {"status__exact": "failed"}, {"o": "1"}, {"q": "nothing like it"}):
        links = re.findall(r"<a\b([^>]*)>(.*?)</a>", page(client.get(LIST, query)), re.DOTALL)
        assert len(links) > 10
        nameless = [
            attributes
            for attributes, inner in links
            if not re.sub(r"<[^>]*>", "", inner).strip()
            and not re.search(r'aria-label="[^"]|title="[^"]', attributes + inner)
        ]
        assert nameless == []


def test_staff_who_may_not_decide_may_not_retry() -> None:
    row = failed()
    client = signed_in(UserFactory.create(is_staff=True), "en")
    answer = client.post(LIST, {"action": "match_again", "_selected_action": [row.pk]})
    assert answer.status_code == 403
    row.refresh_from_db()
    assert row.status == "failed"


def test_the_list_says_which_setting_keeps_posts_waiting(desk: Client) -> None:
    PostFactory.create()
    note_encoder("there is no folder /srv/model. Set MATCHING_MODEL to another one.")
    assert "Set MATCHING_MODEL" in page(desk.get(LIST))
