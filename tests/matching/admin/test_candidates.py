"""All candidates of a post, ranked as they compare now, and putting one up for a decision."""

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
    """A lost post of which nothing is suggested."""
    for title in TITLES:
        found(title=title)
    post = matched(title="black umbrella folding")
    build_scoring_profile()
    return post


def address(post: Post, what: str = "candidates") -> str:
    return reverse(f"admin:matching_match_{what}", args=[post.pk])


def titles_in(text: str) -> list[str]:
    return re.findall(r'class="review-title"[^>]*>([^<]+)<', text)


def test_the_best_are_ranked_though_nothing_is_suggested(desk: Client, lost: Post) -> None:
    assert not Match.objects.exists()
    text = page(desk.get(address(lost)))
    assert titles_in(text)[:2] == [lost.title, TITLES[0]]
    assert sorted(titles_in(text)[1:]) == sorted(TITLES)
    assert "the descriptions" in text and "%" in text


def test_neither_the_encoder_nor_more_queries_are_needed(
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
        desk.get(address(lost))  # reads what is new
    assert counts == [15, 15]


def test_one_is_put_up_for_a_decision_and_stays_so(desk: Client, lost: Post) -> None:
    candidate = Post.objects.get(title=TITLES[1])
    for _ in range(2):
        answer = desk.post(address(lost, "put_up"), {"candidate": candidate.pk})
        match = Match.objects.get()
        assert answer.headers["Location"] == reverse("admin:matching_match_change", args=[match.pk])
    assert (match.lost, match.found, match.status) == (lost, candidate, "drawn")
    assert match.sampling_probability == 1.0 and match.rank >= 1 and match.profile_id
    retry_matching([lost])
    match_post(lost.pk)
    match.refresh_from_db()
    assert match.status == "drawn"
    text = page(desk.get(reverse("admin:matching_match_change", args=[match.pk])))
    assert f'value="confirm:{match.pk}:' in text
    assert "drawn for comparison" in page(desk.get(address(lost)))


def test_who_had_to_sign_in_again_is_led_back_to_the_candidates(desk: Client, lost: Post) -> None:
    answer = desk.get(address(lost, "put_up"), follow=True)
    assert answer.redirect_chain == [(address(lost), 302)]
    assert "nothing has changed yet" in page(answer)


def test_the_same_from_the_found_side(desk: Client, lost: Post) -> None:
    candidate = Post.objects.get(title=TITLES[2])
    assert lost.title in titles_in(page(desk.get(address(candidate))))
    desk.post(address(candidate, "put_up"), {"candidate": lost.pk})
    assert Match.objects.get().found == candidate


def test_a_rejected_pair_is_not_put_up_but_shown(desk: Client, lost: Post) -> None:
    candidate = Post.objects.get(title=TITLES[1])
    desk.post(address(lost, "put_up"), {"candidate": candidate.pk})
    reject_match(Match.objects.get(), actor=StaffFactory.create())
    desk.post(address(lost, "put_up"), {"candidate": candidate.pk})
    assert Match.objects.get().status == "rejected"
    assert "Staff have rejected this pair." in page(desk.get(address(lost)))


def test_what_a_gate_rules_out_and_what_is_not_compared_yet_is_refused(
    desk: Client, lost: Post
) -> None:
    mine = found(title="black umbrella mine", author=lost.author)
    new = make(kind="found", title="black umbrella new", kept_note="desk")
    other_lost = matched(title="black umbrella also lost")
    for post, words in (
        (mine, "cannot be one thing"),
        (new, "not been compared yet"),
        (other_lost, "one of its posts was deleted"),
    ):
        answer = desk.post(address(lost, "put_up"), {"candidate": post.pk}, follow=True)
        assert words in page(answer), words
    assert "written by the same person" in page(desk.get(address(lost)))
    assert not Match.objects.exists()
    assert desk.post(address(lost, "put_up"), {"candidate": "x"}).status_code == 404
    assert desk.post(address(lost, "put_up"), {"candidate": "9" * 40}).status_code == 404


def test_a_post_that_waits_or_is_closed_says_so(desk: Client, lost: Post) -> None:
    waiting = make(title="grey glove")
    assert "has not been compared yet" in page(desk.get(address(waiting)))
    close_post(lost, actor=lost.author)
    text = page(desk.get(address(lost)))
    assert "it is not compared with others now" in text and titles_in(text) == [lost.title]
    assert desk.get(reverse("admin:matching_match_candidates", args=[10**6])).status_code == 404


def test_the_page_of_a_post_leads_there(desk: Client, lost: Post) -> None:
    text = page(desk.get(reverse("admin:lostfound_post_change", args=[lost.pk])))
    assert address(lost) in text
