"""From a saved post to its pairs: what is suggested, withdrawn and suggested again."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from lostfound.services import close_post, delete_post, edit_post, reopen_post
from matching.checks import check_index
from matching.index import get_index
from matching.models import Embedding, Match, MatchingJob
from matching.selectors import encoder_problem
from matching.services import confirm_match, match_post, retry_matching, sweep
from tests.support.factories import CategoryFactory, StaffFactory, UserFactory
from tests.support.pipeline import WORDS, found, make, matched, pair_of, row_of, state

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def encoder(fake_encoder: Any) -> Any:
    return fake_encoder


def use(settings: Settings, **values: Any) -> None:
    settings.MATCHING = {**settings.MATCHING, **values}


# --- What is suggested ---


def test_a_pair_is_suggested_with_every_term_of_its_score() -> None:
    lost, other = matched(photos=1), found(photos=1)
    match = pair_of(lost, other)
    assert (match.status, match.strategy, match.fingerprint) == (
        "suggested",
        "clip_zeroshot_v2",
        "fake-32",
    )
    assert match.score == pytest.approx(1.0)
    terms = {"text_text", "image_image", "text_image", "image_text", "combined"}
    assert set(match.terms) == terms
    assert match.terms["image_image"] == pytest.approx(1.0)
    assert match.terms["text_image"] == pytest.approx(match.terms["image_text"])
    assert match.exclusions == []


@pytest.mark.parametrize("first", ["lost", "found"])
def test_it_is_the_same_pair_whichever_post_came_first(first: str) -> None:
    if first == "lost":
        lost, other = matched(), found(title=f"{WORDS} handle")
    else:
        other = found(title=f"{WORDS} handle")
        lost = matched()
    before = pair_of(lost, other)
    retry_matching([lost, other])
    for post in (lost, other):
        assert match_post(post.pk) == "matched"
    again = Match.objects.get()
    assert again.pk == before.pk and again.score == pytest.approx(before.score)
    assert again.created_at == before.created_at < again.scored_at  # it is not a new suggestion


def test_an_absent_channel_is_stored_as_absent() -> None:
    lost, _ = matched(), found(photos=1)
    assert not Match.objects.filter(status="suggested").exists()
    again = found(kept_note="shelf")
    terms = pair_of(lost, again).terms
    absent = {name for name, value in terms.items() if value is None}
    assert absent == {"image_image", "text_image", "image_text"}


def test_the_setting_chooses_the_strategy(settings: Settings) -> None:
    """With the same text but only one photograph, text decides in v1, the missing one in v2."""
    use(settings, STRATEGY="clip_zeroshot_v1")
    lost, other = matched(), found(photos=1)
    match = pair_of(lost, other)
    assert (match.strategy, match.status) == ("clip_zeroshot_v1", "suggested")
    use(settings, STRATEGY="clip_zeroshot_v2")
    assert sweep().outdated == 2  # posts matched with another strategy are matched again
    assert [match_post(post.pk) for post in (lost, other)] == ["matched", "matched"]
    assert pair_of(lost, other).status == "withdrawn"


def test_the_threshold_is_a_setting(settings: Settings) -> None:
    lost, other = matched(), found(title="blue umbrella")
    near = 0.02
    use(settings, THRESHOLD=-1.0)
    retry_matching([lost])
    match_post(lost.pk)
    score = pair_of(lost, other).score
    for threshold, status in ((score + near, "withdrawn"), (score - near, "suggested")):
        use(settings, THRESHOLD=threshold)
        retry_matching([lost])
        match_post(lost.pk)
        assert pair_of(lost, other).status == status


def test_a_post_keeps_its_best_only(settings: Settings) -> None:
    use(settings, TOP_K=2)
    titles = (WORDS, f"{WORDS} one", f"{WORDS} one two")
    others = [found(title=title) for title in titles[::-1]]
    lost = matched()
    listed = Match.objects.filter(lost=lost).values_list("found", flat=True)
    assert set(listed) == {others[1].pk, others[2].pk}


# --- Exclusion rules ---


def test_a_pair_that_only_a_rule_excludes_is_kept_with_its_reason() -> None:
    author = UserFactory.create()
    match = pair_of(matched(author=author), found(author=author))
    assert (match.status, match.exclusions) == ("gated", ["same_author"])
    assert match.score == pytest.approx(1.0)


def test_every_reason_of_a_pair_is_stored() -> None:
    author = UserFactory.create()
    lost = matched(author=author, happened_on="2026-01-20")
    match = pair_of(lost, found(author=author, happened_on="2026-01-05"))
    assert match.exclusions == ["same_author", "found_before_lost"]


def test_a_pair_that_is_no_longer_excluded_is_suggested() -> None:
    lost, other = matched(happened_on="2026-01-20"), found(happened_on="2026-01-05")
    assert pair_of(lost, other).exclusions == ["found_before_lost"]
    edit_post(lost, actor=lost.author, fields={"happened_on": "2026-01-04"})
    match_post(lost.pk)
    assert (pair_of(lost, other).status, pair_of(lost, other).exclusions) == ("suggested", [])


def test_categories_that_differ_rule_a_pair_out_under_v2() -> None:
    lost = matched(category=CategoryFactory.create())
    found(category=CategoryFactory.create())
    assert not Match.objects.filter(lost=lost).exists()  # its score is 0.1 then
    assert Match.objects.filter(found=found(category=lost.category)).exists()


# --- Withdrawn and suggested again ---


def test_closing_takes_a_post_out_and_opening_brings_it_back() -> None:
    lost, other = matched(), found()
    close_post(other, actor=other.author)
    assert pair_of(lost, other).status == "withdrawn"
    assert state(other) == "idle"
    late = matched()
    assert not Match.objects.filter(lost=late).exists()
    reopen_post(other, actor=other.author)
    assert state(other) == "pending"
    assert match_post(other.pk) == "matched"
    assert [pair_of(post, other).status for post in (lost, late)] == ["suggested", "suggested"]


def test_a_message_for_a_closed_post_does_nothing() -> None:
    post = make()
    close_post(post, actor=post.author)
    assert match_post(post.pk) == "not waiting"
    assert not Embedding.objects.exists()


def test_a_deleted_post_takes_everything_with_it() -> None:
    lost, other = matched(photos=1), found(photos=1)
    delete_post(other, actor=other.author)
    assert not Match.objects.exists()
    assert set(Embedding.objects.values_list("post", flat=True)) == {lost.pk}
    assert list(MatchingJob.objects.values_list("post", flat=True)) == [lost.pk]
    retry_matching([lost])
    assert match_post(lost.pk) == "matched"
    assert match_post(99_999) == "not waiting"


def test_an_edit_that_removes_the_similarity_withdraws_the_suggestion() -> None:
    lost, other = matched(), found()
    edit_post(other, actor=other.author, fields={"title": "brown leather wallet cards"})
    match_post(other.pk)
    assert pair_of(lost, other).status == "withdrawn"


def test_a_confirmed_pair_is_out_of_everybodys_search() -> None:
    lost, other = matched(), found()
    rival = found(title=f"{WORDS} rival")
    confirm_match(pair_of(lost, other), actor=StaffFactory.create())
    assert [state(lost), state(other)] == ["idle", "idle"]
    late = matched()
    assert list(Match.objects.filter(lost=late).values_list("found", flat=True)) == [rival.pk]
    assert pair_of(lost, other).status == "confirmed"
    assert pair_of(lost, rival).status == "set_aside"


# --- Errors, and number of queries ---


def test_a_post_that_cannot_be_done_fails_after_its_attempts_and_can_be_tried_again(
    encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = make()
    with monkeypatch.context() as broken:
        broken.setattr(encoder, "encode_texts", lambda texts: 1 / 0)
        outcomes = [match_post(post.pk) for _ in range(4)]
    assert outcomes == ["went wrong"] * 3 + ["not waiting"]
    row = row_of(post)
    assert (row.status, row.attempts, row.token) == ("failed", 3, None)
    assert "ZeroDivisionError" in row.error
    retry_matching([post])
    assert match_post(post.pk) == "matched"
    row = row_of(post)
    assert (row.status, row.attempts, row.error) == ("done", 1, "")


def test_more_candidates_cost_no_more_queries() -> None:
    matched(title="the first one, for which everything is read")
    counts = []
    for more in (2, 20):
        for number in range(more):
            found(title=f"{WORDS} number{more} {number}")
        post = make(title=f"{WORDS} more{more}")
        with CaptureQueriesContext(connection) as queries:
            match_post(post.pk)
        counts.append(len(queries))
        assert Match.objects.filter(lost=post).count() >= more
    assert counts[0] == counts[1]


@pytest.mark.skipif(connection.vendor == "postgresql", reason="there it works")
def test_a_post_waits_while_the_index_cannot_work(settings: Settings) -> None:
    settings.MATCHING = {**settings.MATCHING, "INDEX": "pgvector"}
    get_index.cache_clear()
    post = make()
    assert match_post(post.pk) == "index unavailable"
    row = row_of(post)
    assert (row.status, row.attempts) == ("pending", 0)
    assert "MATCHING_INDEX=memory" in encoder_problem()
    settings.MATCHING = {**settings.MATCHING, "INDEX": "memory"}
    get_index.cache_clear()
    assert match_post(post.pk) == "matched"
    assert check_index(databases=["default"]) == []
