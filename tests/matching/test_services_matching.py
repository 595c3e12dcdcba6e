"""From a saved post to its matches: what is embedded, what is suggested, what goes and returns."""

from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from lostfound.models import Photo, Post
from lostfound.services import close_post, delete_post, edit_post, reopen_post, submit_post
from matching.encoder import EncoderUnavailable, forget_encoder, get_encoder
from matching.models import Embedding, Match, Vector
from matching.services import match_post, reject_match, retry_matching, sweep
from matching.services.heartbeat import encoder_problem
from matching.services.outbox import claim_post
from tests.factories import CategoryFactory, StaffFactory, UserFactory
from tests.lostfound.making import upload

pytestmark = pytest.mark.django_db

WORDS = "blue umbrella yellow ribbon"


@pytest.fixture(autouse=True)
def encoder(fake_encoder: Any) -> Any:
    return fake_encoder


def make(kind: str = "lost", title: str = WORDS, photos: int = 0, **fields: Any) -> Post:
    return submit_post(
        author=fields.pop("author", None) or UserFactory.create(),
        kind=kind,
        fields={"title": title, **fields},
        photos=[upload(shade) for shade in range(photos)],
    )


def matched(**values: Any) -> Post:
    """A post whose task has run."""
    post = make(**values)
    assert match_post(post.pk) == "matched"
    return post


def state(post: Post) -> str:
    return Embedding.objects.get(post=post).status


def pair_of(lost: Post, found: Post) -> Match:
    return Match.objects.get(lost=lost, found=found)


# --- What goes through the model ---


def test_words_and_each_photograph_go_through_the_model_once(encoder: Any) -> None:
    post = matched(photos=3)
    assert encoder.forward_counts == {"text": 1, "image": 3}
    assert match_post(post.pk) == "not waiting"
    retry_matching([post])
    assert match_post(post.pk) == "matched"
    assert encoder.forward_counts == {"text": 1, "image": 3}


def test_an_edit_embeds_only_what_changed(encoder: Any) -> None:
    post = matched(photos=2)
    author = post.author
    steps: list[tuple[dict[str, Any], dict[str, int]]] = [
        ({"fields": {"title": "red umbrella"}}, {"text": 1, "image": 0}),
        ({"fields": {"colour": "red"}}, {"text": 0, "image": 0}),
        ({"fields": {"category": CategoryFactory.create()}}, {"text": 0, "image": 0}),
        ({"fields": {}, "add_photos": [upload(5)]}, {"text": 0, "image": 1}),
        ({"fields": {}, "remove_photos": [post.photos.first()]}, {"text": 0, "image": 0}),
    ]
    for change, expected in steps:
        before = dict(encoder.forward_counts)
        edit_post(post, actor=author, **change)
        assert state(post) == "pending", change
        assert match_post(post.pk) == "matched"
        grown = {name: encoder.forward_counts[name] - before[name] for name in before}
        assert grown == expected, change
    assert Vector.objects.filter(post=post).count() == 1 + post.photos.count()


def test_another_order_of_the_photographs_embeds_nothing(encoder: Any) -> None:
    post = matched(photos=2)
    first, second = post.photos.order_by("position")
    Photo.objects.filter(pk=first.pk).update(position=7)
    second.save()
    assert match_post(post.pk) == "matched"
    assert encoder.forward_counts["image"] == 2


def test_what_another_post_holds_already_is_not_embedded_again(encoder: Any) -> None:
    matched(photos=1)
    matched(kind="found", photos=1, kept_note="desk")
    assert encoder.forward_counts == {"text": 1, "image": 1}
    assert Vector.objects.count() == 4


def test_the_same_photograph_twice_in_a_post_goes_through_once(encoder: Any) -> None:
    post = submit_post(
        author=UserFactory.create(),
        kind="lost",
        fields={"title": WORDS},
        photos=[upload(1), upload(1)],
    )
    assert match_post(post.pk) == "matched"
    assert encoder.forward_counts["image"] == len(set(post.photos.values_list("content_hash")))


# --- What is suggested ---


def test_a_pair_is_suggested_with_every_term_of_its_score() -> None:
    lost = matched(photos=1)
    found = matched(kind="found", photos=1, kept_note="desk")
    match = pair_of(lost, found)
    assert (match.status, match.strategy, match.fingerprint) == (
        "suggested",
        "clip_zeroshot_v2",
        "fake-32",
    )
    assert match.score == pytest.approx(1.0)
    assert set(match.terms) == {
        *("text_text", "image_image", "text_image", "image_text", "combined")
    }
    assert match.terms["image_image"] == pytest.approx(1.0)


def test_an_absent_channel_is_stored_as_absent() -> None:
    lost, found = matched(), matched(kind="found", photos=1, kept_note="desk")
    assert not Match.objects.filter(lost=lost, found=found, status="suggested").exists()
    again = matched(kind="found", kept_note="shelf")
    assert pair_of(lost, again).terms["image_image"] is None


def test_the_setting_chooses_the_strategy(settings: Settings) -> None:
    """With words and one photograph alike, words decide under v1 and the missing one under v2."""
    settings.MATCHING = {**settings.MATCHING, "STRATEGY": "clip_zeroshot_v1"}
    lost, found = matched(), matched(kind="found", photos=1, kept_note="desk")
    match = pair_of(lost, found)
    assert (match.strategy, match.status) == ("clip_zeroshot_v1", "suggested")
    settings.MATCHING = {**settings.MATCHING, "STRATEGY": "clip_zeroshot_v2"}
    assert sweep().outdated == 2  # whoever was matched by another strategy is matched anew
    assert [match_post(post.pk) for post in (lost, found)] == ["matched", "matched"]
    assert pair_of(lost, found).status == "withdrawn"


def test_a_pair_that_only_a_gate_rules_out_is_kept_with_its_reason() -> None:
    author = UserFactory.create()
    lost = matched(author=author)
    found = matched(kind="found", author=author, kept_note="desk")
    assert (pair_of(lost, found).status, pair_of(lost, found).gates) == ("gated", ["same_author"])


def test_more_candidates_cost_no_more_queries() -> None:
    counts = []
    for more in (2, 20):
        for number in range(more):
            matched(kind="found", title=f"{WORDS} number{more} {number}", kept_note="desk")
        post = make(title=f"{WORDS} more{more}")
        with CaptureQueriesContext(connection) as queries:
            match_post(post.pk)
        counts.append(len(queries))
        assert Match.objects.filter(lost=post).exists()
    assert counts[0] == counts[1]


# --- What goes and what returns ---


def test_closing_takes_a_post_out_and_opening_brings_it_back() -> None:
    lost, found = matched(), matched(kind="found", kept_note="desk")
    close_post(found, actor=found.author)
    assert pair_of(lost, found).status == "withdrawn"
    assert state(found) == "idle"
    other = matched()
    assert not Match.objects.filter(lost=other).exists()
    reopen_post(found, actor=found.author)
    assert state(found) == "pending"
    assert match_post(found.pk) == "matched"
    assert [pair_of(post, found).status for post in (lost, other)] == ["suggested", "suggested"]


def test_a_deleted_post_takes_everything_with_it() -> None:
    lost, found = matched(photos=1), matched(kind="found", kept_note="desk", photos=1)
    delete_post(found, actor=found.author)
    assert not Match.objects.exists()
    assert set(Vector.objects.values_list("post", flat=True)) == {lost.pk}
    assert list(Embedding.objects.values_list("post", flat=True)) == [lost.pk]
    retry_matching([lost])
    assert match_post(lost.pk) == "matched"
    assert match_post(99_999) == "not waiting"


def test_an_edit_that_ends_the_likeness_withdraws_the_suggestion() -> None:
    lost, found = matched(), matched(kind="found", kept_note="desk")
    edit_post(found, actor=found.author, fields={"title": "brown leather wallet cards"})
    match_post(found.pk)
    assert pair_of(lost, found).status == "withdrawn"


def test_a_rejected_pair_stays_away_until_its_evidence_changes() -> None:
    lost, found = matched(), matched(kind="found", kept_note="desk")
    reject_match(pair_of(lost, found), actor=StaffFactory.create())
    for post in (lost, found):
        retry_matching([post])
        match_post(post.pk)
        assert pair_of(lost, found).status == "rejected"
    edit_post(found, actor=found.author, fields={"kept_note": "another shelf"})
    match_post(found.pk)
    assert pair_of(lost, found).status == "rejected"  # where it is kept is no evidence
    edit_post(found, actor=found.author, fields={"description": "ribbon"})
    match_post(found.pk)
    assert pair_of(lost, found).status == "suggested"


# --- What goes wrong ---


def test_a_post_that_cannot_be_done_fails_after_its_attempts_and_can_be_tried_again(
    encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = make()
    with monkeypatch.context() as broken:
        broken.setattr(encoder, "encode_texts", lambda texts: 1 / 0)
        outcomes = [match_post(post.pk) for _ in range(4)]
    assert outcomes == ["went wrong"] * 3 + ["not waiting"]
    row = Embedding.objects.get(post=post)
    assert (row.status, row.attempts, row.token) == ("failed", 3, None)
    assert "ZeroDivisionError" in row.error
    retry_matching([post])
    assert match_post(post.pk) == "matched"
    row.refresh_from_db()
    assert (row.status, row.attempts, row.error) == ("done", 1, "")


def test_vectors_that_are_no_numbers_are_an_error_and_not_stored(
    encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = make()
    monkeypatch.setattr(encoder, "encode_texts", lambda texts: np.full((1, 32), np.nan))
    assert match_post(post.pk) == "went wrong"
    assert not Vector.objects.exists()


@pytest.mark.parametrize("broken", ["missing", "empty"])
def test_without_a_model_posts_wait_and_the_setting_is_named(
    settings: Settings, tmp_path: Any, broken: str
) -> None:
    folder = tmp_path / "model"
    if broken == "empty":
        folder.mkdir()
    fake = settings.MATCHING
    settings.MATCHING = {
        **fake,
        "ENCODER": "matching.clip_encoder.ClipEncoder",
        "MODEL": str(folder),
    }
    forget_encoder()
    post = make()
    for _ in range(5):
        assert match_post(post.pk) == "encoder unavailable"
    row = Embedding.objects.get(post=post)
    assert (row.status, row.attempts) == ("pending", 0)
    assert "MATCHING_MODEL" in row.error and "MATCHING_MODEL" in encoder_problem()
    settings.MATCHING = fake
    forget_encoder()
    assert match_post(post.pk) == "matched"
    assert encoder_problem() == ""


def test_vectors_of_two_encoders_never_meet(settings: Settings) -> None:
    lost, found = matched(), matched(kind="found", kept_note="desk")
    settings.MATCHING = {
        **settings.MATCHING,
        "ENCODER": "tests.matching.fake_encoder.OtherFakeEncoder",
    }
    forget_encoder()
    newcomer = matched()
    assert not Match.objects.filter(lost=newcomer).exists()  # nobody speaks its language yet
    assert sweep().outdated == 2
    assert [match_post(post.pk) for post in (lost, found)] == ["matched", "matched"]
    assert set(Vector.objects.values_list("fingerprint", flat=True)) == {"fake-32-other"}
    assert pair_of(newcomer, found).fingerprint == "fake-32-other"


def test_an_encoder_that_is_replaced_in_the_middle_is_noticed(
    encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = make()
    monkeypatch.setattr("matching.services.matching.current_fingerprint", lambda: "another")
    assert match_post(post.pk) == "encoder unavailable"
    assert state(post) == "pending"


# --- Two at once ---


def test_only_one_of_two_tasks_gets_a_post() -> None:
    post = make()
    assert claim_post(post.pk) is not None
    assert match_post(post.pk) == "not waiting"


def test_a_task_whose_post_changed_meanwhile_writes_nothing(
    encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = make()
    matched(kind="found", kept_note="desk")
    embed = encoder.encode_texts

    def edited_meanwhile(texts: Any) -> Any:
        if texts[0].startswith(WORDS):
            edit_post(post, actor=post.author, fields={"title": "quite another thing"})
        return embed(texts)

    Vector.objects.all().delete()
    monkeypatch.setattr(encoder, "encode_texts", edited_meanwhile)
    assert match_post(post.pk) == "changed meanwhile"
    assert state(post) == "pending"
    assert not Match.objects.exists() and not Vector.objects.filter(post=post).exists()
    assert match_post(post.pk) == "matched"


def test_a_task_whose_lease_ran_out_writes_nothing(
    encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = make()
    embed = encoder.encode_texts

    def slow(texts: Any) -> Any:
        Embedding.objects.update(lease_until="2020-01-01T00:00:00Z")
        sweep()  # takes the claim away
        return embed(texts)

    monkeypatch.setattr(encoder, "encode_texts", slow)
    assert match_post(post.pk) == "changed meanwhile"
    assert not Vector.objects.exists()
    assert state(post) == "pending"


def test_the_encoder_of_the_settings_is_loaded_once() -> None:
    assert get_encoder() is get_encoder()


def test_an_encoder_that_cannot_be_imported_names_the_setting(settings: Settings) -> None:
    settings.MATCHING = {**settings.MATCHING, "ENCODER": "no.such.Encoder"}
    forget_encoder()
    with pytest.raises(EncoderUnavailable, match="MATCHING_ENCODER"):
        get_encoder()
