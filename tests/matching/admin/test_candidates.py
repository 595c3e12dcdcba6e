"""All candidates of a post, ranked by current scores, and queueing one for a decision."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from lostfound.models import Post
from lostfound.services import close_post
from matching.models import Match
from matching.services import build_scoring_profile, match_post, reject_match, retry_matching
from tests.support.factories import StaffFactory
from tests.support.pipeline import found, make, matched
from tests.support.web_client import page, signed_in

pytestmark = pytest.mark.django_db

TITLES = ["black umbrella long", "red scarf wool", "silver laptop sleeve", "green thermos steel"]


@pytest.fixture(autouse=True)
def strategy(settings: Settings, fake_encoder: Any) -> None:
    values: dict[str, Any] = {"STRATEGY": "calibrated_v3", "THRESHOLD": 1.0, "EXPLORED": 0}
    settings.MATCHING = {**settings.MATCHING, **values}


@pytest.fixture
def desk() -> Client:
    return signed_in(StaffFactory.create(), "en")


@pytest.fixture
def lost() -> Post:
    """A lost post without suggestions."""
    for title in TITLES:
        found(title=title)
    post = matched(title="black umbrella folding")
    build_scoring_profile()
    return post


def address(post: Post, what: str = "candidates") -> str:
    return reverse(f"admin:matching_match_{what}", args=[post.pk])


def titles_in(text: str) -> list[str]:
    return re.findall(r'class="review-title"[^>]*>([^<]+)<', text)


def test_candidates_are_ranked_without_any_suggestions(desk: Client, lost: Post) -> None:
    assert not Match.objects.shown().exists()
    text = page(desk.get(address(lost)))
    assert titles_in(text)[:2] == [lost.title, TITLES[0]]
    assert sorted(titles_in(text)[1:]) == sorted(TITLES)
    assert "the descriptions" in text and "%" in text


def test_it_needs_no_encoder_and_a_constant_number_of_queries(
    desk: Client, lost: Post, settings: Settings
) -> None:
    desk.get(address(lost))
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(address(lost)).status_code == 200
        counts.append(len(queries))
        for title in ("white keyring bear", "brown purse leather"):
            found(title=title)
        desk.get(address(lost))  # reads new posts
    assert counts == [15, 15]


def test_a_candidate_is_queued_for_a_decision_and_stays_queued(desk: Client, lost: Post) -> None:
    candidate = Post.objects.get(title=TITLES[1])
    for _ in range(2):
        answer = desk.post(address(lost, "put_up"), {"candidate": candidate.pk})
        match = Match.objects.shown().get()
        assert answer.headers["Location"] == reverse("admin:matching_match_change", args=[match.pk])
    assert (match.lost, match.found, match.status) == (lost, candidate, "drawn")
    assert match.sampling_probability == 1.0 and match.rank >= 1 and match.profile_id
    retry_matching([lost])
    match_post(lost.pk)
    match.refresh_from_db()
    assert match.status == "drawn"
    text = page(desk.get(reverse("admin:matching_match_change", args=[match.pk])))
    assert f'value="confirm:{match.pk}:' in text
    assert "sampled for comparison" in page(desk.get(address(lost)))


def test_after_signing_in_again_a_person_returns_to_the_candidates(
    desk: Client, lost: Post
) -> None:
    answer = desk.get(address(lost, "put_up"), follow=True)
    assert answer.redirect_chain == [(address(lost), 302)]
    assert "nothing has changed yet" in page(answer)


def test_the_same_from_the_found_side(desk: Client, lost: Post) -> None:
    candidate = Post.objects.get(title=TITLES[2])
    assert lost.title in titles_in(page(desk.get(address(candidate))))
    desk.post(address(candidate, "put_up"), {"candidate": lost.pk})
    assert Match.objects.shown().get().found == candidate


def test_a_rejected_pair_is_shown_but_not_queued(desk: Client, lost: Post) -> None:
    candidate = Post.objects.get(title=TITLES[1])
    desk.post(address(lost, "put_up"), {"candidate": candidate.pk})
    reject_match(Match.objects.shown().get(), actor=StaffFactory.create())
    desk.post(address(lost, "put_up"), {"candidate": candidate.pk})
    assert Match.objects.shown().get().status == "rejected"
    assert "Staff have rejected this pair." in page(desk.get(address(lost)))


def test_excluded_and_not_yet_compared_candidates_are_refused(desk: Client, lost: Post) -> None:
    mine = found(title="black umbrella mine", author=lost.author)
    new = make(kind="found", title="black umbrella new", kept_note="desk")
    other_lost = matched(title="black umbrella also lost")
    for post, words in (
        (mine, "cannot be the same thing"),
        (new, "not been compared yet"),
        (other_lost, "one of its posts was deleted"),
    ):
        answer = desk.post(address(lost, "put_up"), {"candidate": post.pk}, follow=True)
        assert words in page(answer), words
    assert "written by the same person" in page(desk.get(address(lost)))
    assert not Match.objects.shown().exists()
    assert desk.post(address(lost, "put_up"), {"candidate": "x"}).status_code == 404
    assert desk.post(address(lost, "put_up"), {"candidate": "9" * 40}).status_code == 404


def test_the_page_says_that_a_post_is_waiting_or_closed(desk: Client, lost: Post) -> None:
    waiting = make(title="grey glove")
    assert "has not been compared yet" in page(desk.get(address(waiting)))
    close_post(lost, actor=lost.author)
    text = page(desk.get(address(lost)))
    assert "so it is not compared with others" in text and titles_in(text) == [lost.title]
    assert desk.get(reverse("admin:matching_match_candidates", args=[10**6])).status_code == 404


def test_the_page_of_a_post_links_to_its_candidates(desk: Client, lost: Post) -> None:
    text = page(desk.get(reverse("admin:lostfound_post_change", args=[lost.pk])))
    assert address(lost) in text
