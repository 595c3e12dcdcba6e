"""A task that is overtaken at any step writes nothing."""

from typing import Any

import pytest

from lostfound.services import close_post, delete_post, edit_post
from matching.models import Embedding, Match, MatchingJob
from matching.scoring.score_post import score_post
from matching.services import match_post, sweep
from tests.support.pipeline import WORDS, found, make, row_of, state

pytestmark = pytest.mark.django_db

LONG_AGO = "2020-01-01T00:00:00Z"


@pytest.fixture(autouse=True)
def encoder(fake_encoder: Any) -> Any:
    return fake_encoder


def run_out(post: Any) -> None:
    MatchingJob.objects.filter(post=post).update(lease_until=LONG_AGO)


# --- While it embeds ---


def test_a_worker_that_comes_back_late_leaves_the_others_work_alone(encoder: Any) -> None:
    """If two workers process a post, the one whose lease expired writes no vector and no pair."""
    post = make(photos=1)
    other = found(photos=1)
    Embedding.objects.filter(post=other).update(content_hash="")  # nothing to copy from
    encode, inner = encoder.encode_texts, []

    def slow(texts: Any) -> Any:
        encoder.encode_texts = encode
        run_out(post)
        inner.append(match_post(post.pk))  # somebody else, from the beginning to the end
        Match.objects.update(score=0.123)
        return encode(texts)

    encoder.encode_texts = slow
    assert match_post(post.pk) == "changed meanwhile"
    assert inner == ["matched"]
    assert list(Match.objects.values_list("lost", "found", "score")) == [(post.pk, other.pk, 0.123)]
    assert Embedding.objects.filter(post=post).count() == 2
    row = row_of(post)
    assert (row.status, row.attempts, row.token, row.worker) == ("done", 2, None, "")


def test_a_lease_that_the_sweep_took_away_is_lost(encoder: Any) -> None:
    post = make()
    encode = encoder.encode_texts

    def slow(texts: Any) -> Any:
        run_out(post)
        assert sweep().leases_ended == 1
        return encode(texts)

    encoder.encode_texts = slow
    assert match_post(post.pk) == "changed meanwhile"
    assert not Embedding.objects.exists()
    assert state(post) == "pending"


def test_a_post_that_changed_meanwhile_is_matched_by_its_new_content(encoder: Any) -> None:
    post = make()
    encode = encoder.encode_texts

    def edited_meanwhile(texts: Any) -> Any:
        encoder.encode_texts = encode
        edit_post(post, actor=post.author, fields={"title": "quite another thing"})
        return encode(texts)

    encoder.encode_texts = edited_meanwhile
    assert match_post(post.pk) == "changed meanwhile"
    assert state(post) == "pending"
    assert not Match.objects.exists() and not Embedding.objects.exists()
    assert match_post(post.pk) == "matched"
    found()
    assert not Match.objects.filter(lost=post, status="suggested").exists()


def test_a_post_that_is_closed_meanwhile_is_not_matched(encoder: Any) -> None:
    post = make()
    other = found(title=f"{WORDS} open")
    encode = encoder.encode_texts

    def closed_meanwhile(texts: Any) -> Any:
        close_post(post, actor=post.author)
        return encode(texts)

    encoder.encode_texts = closed_meanwhile
    assert match_post(post.pk) == "changed meanwhile"
    assert state(post) == "idle"
    assert not Match.objects.filter(found=other).exists()


# --- After its vectors are stored, before its pairs are written ---


def take_over(post: Any) -> None:
    run_out(post)
    sweep()


def edit(post: Any) -> None:
    edit_post(post, actor=post.author, fields={"title": "quite another thing"})


def close(post: Any) -> None:
    close_post(post, actor=post.author)


@pytest.mark.parametrize(
    ("overtake", "after"), [(take_over, "pending"), (edit, "pending"), (close, "idle")]
)
def test_pairs_of_a_task_that_was_overtaken_while_it_searched_are_not_written(
    monkeypatch: pytest.MonkeyPatch, overtake: Any, after: str
) -> None:
    found()
    post = make()

    def overtaken(*args: Any, **kwargs: Any) -> Any:
        result = score_post(*args, **kwargs)
        overtake(post)
        return result

    with monkeypatch.context() as slow:
        slow.setattr("matching.services.matching.score_post", overtaken)
        assert match_post(post.pk) == "changed meanwhile"
    assert not Match.objects.exists()
    assert state(post) == after


@pytest.mark.parametrize(
    ("change", "its_own_task"),
    [
        (edit, "matched"),
        (close, "not waiting"),
        (lambda post: delete_post(post, actor=post.author), "not waiting"),
    ],
    ids=["edit", "close", "delete"],
)
def test_a_pair_whose_other_side_changed_while_it_was_searched_is_not_written(
    monkeypatch: pytest.MonkeyPatch, change: Any, its_own_task: str
) -> None:
    """The search read outdated text, so the pair is left to the other post's task."""
    other, steady = found(), found(title=f"{WORDS} steady")
    post = make()
    changes = [change]

    def overtaken(*args: Any, **kwargs: Any) -> Any:
        result = score_post(*args, **kwargs)
        if changes:
            changes.pop()(other)
            assert match_post(other.pk) == its_own_task
        return result

    monkeypatch.setattr("matching.services.matching.score_post", overtaken)
    assert match_post(post.pk) == "matched"
    assert list(Match.objects.values_list("lost", "found")) == [(post.pk, steady.pk)]
