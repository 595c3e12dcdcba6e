"""The sweep finds whatever was lost, interrupted, exhausted or outdated."""

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django_q.models import Failure, OrmQ
from pytest_django import Settings

from matching.encoders.base import CLIP_ENCODER, forget_encoder
from matching.models import Heartbeat, Match, MatchingJob
from matching.selectors import ENCODER, encoder_problem
from matching.services import match_post, sweep
from matching.services.heartbeat import note_encoder, write_heartbeat
from matching.services.outbox import claim_post
from matching.services.sweeper import MAX_QUEUED, feed_queue, prune
from tests.support import checkpoints
from tests.support.factories import NotificationFactory
from tests.support.pipeline import OTHER_ENCODER, found, make, matched, pair_of, row_of, state

pytestmark = pytest.mark.django_db

LONG_AGO = "2020-01-01T00:00:00Z"


@pytest.fixture(autouse=True)
def encoder(fake_encoder: Any) -> Any:
    return fake_encoder


def use_model(settings: Settings, folder: Path) -> dict[str, Any]:
    """Point the settings at a folder; returns the previous ones."""
    before: dict[str, Any] = settings.MATCHING
    settings.MATCHING = {**before, "ENCODER": CLIP_ENCODER, "MODEL": str(folder)}
    forget_encoder()
    return before


# --- What was lost ---


def test_a_post_whose_message_was_lost_is_sent_again_and_matched() -> None:
    post = make()
    assert sweep().sent == 1
    OrmQ.objects.all().delete()
    assert sweep().sent == 0  # it may still come
    MatchingJob.objects.update(sent_at=LONG_AGO)
    assert sweep().sent == 1
    assert OrmQ.objects.get().func() == "matching.tasks.match_post"
    assert match_post(*OrmQ.objects.get().args()) == "matched"
    assert state(post) == "done"


def test_the_queue_is_fed_as_far_as_it_has_room_the_longest_waiting_first() -> None:
    posts = [make(title=f"thing {number}") for number in range(MAX_QUEUED + 5)]
    assert feed_queue() == MAX_QUEUED
    assert feed_queue() == 0
    waiting = MatchingJob.objects.filter(sent_at=None).values_list("post_id", flat=True)
    assert sorted(waiting) == [post.pk for post in posts[-5:]]


def test_a_post_fails_with_a_message_after_too_many_crashes(settings: Settings) -> None:
    settings.MATCHING = {**settings.MATCHING, "MAX_ATTEMPTS": 2}
    post = make()
    for expected in ("pending", "failed"):
        assert claim_post(post.pk) is not None
        MatchingJob.objects.update(lease_until=LONG_AGO)
        sweep()
        assert state(post) == expected
    row = row_of(post)
    assert "died 2 times" in row.error and row.finished_at is not None
    assert match_post(post.pk) == "not waiting"


def test_a_task_that_is_still_at_work_is_left_alone() -> None:
    post = make()
    claim = claim_post(post.pk)
    assert claim is not None and not sweep()
    assert row_of(post).token == claim.token


# --- What is outdated ---


def test_vectors_of_two_encoders_are_never_compared(settings: Settings) -> None:
    lost, other = matched(), found()
    settings.MATCHING = {**settings.MATCHING, "ENCODER": OTHER_ENCODER}
    forget_encoder()
    newcomer = matched()
    assert not Match.objects.filter(
        lost=newcomer
    ).exists()  # no other post has vectors of its encoder yet
    assert pair_of(lost, other).status == "suggested"  # and nothing is withdrawn in the meantime
    assert sweep().outdated == 2
    assert [match_post(post.pk) for post in (lost, other)] == ["matched", "matched"]
    assert pair_of(newcomer, other).fingerprint == "fake-32-other"
    assert pair_of(lost, other).fingerprint == "fake-32-other"


def test_another_strategy_matches_every_open_post_anew(settings: Settings) -> None:
    lost, other = matched(), found()
    settings.MATCHING = {**settings.MATCHING, "STRATEGY": "clip_zeroshot_v1"}
    assert sweep().outdated == 2
    assert [match_post(post.pk) for post in (lost, other)] == ["matched", "matched"]
    assert pair_of(lost, other).strategy == "clip_zeroshot_v1"
    assert sweep().outdated == 0


# --- Without a model ---


def damaged(folder: Path, damage: str) -> Path:
    if damage == "missing":
        return folder
    checkpoints.write_clip(folder)
    if damage == "no weights":
        (folder / "model.safetensors").unlink()
    elif damage == "cut off":
        weights = (folder / "model.safetensors").read_bytes()
        (folder / "model.safetensors").write_bytes(weights[:1000])
    return folder


@pytest.mark.model
@pytest.mark.parametrize("damage", ["missing", "no weights", "cut off"])
def test_without_a_model_posts_wait_and_the_setting_is_named(
    settings: Settings, tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    fake = use_model(settings, damaged(tmp_path / "model", damage))
    posts = [make(), make(kind="found", kept_note="desk")]
    for _ in range(2 * 3):  # more often than a post has attempts
        assert [match_post(post.pk) for post in posts] == ["encoder unavailable"] * 2
        sweep()
    for row in MatchingJob.objects.all():
        assert (row.status, row.attempts) == ("pending", 0)
        assert "MATCHING_MODEL" in row.error
    assert "MATCHING_MODEL" in encoder_problem()
    logged = [record for record in caplog.records if "the encoder is unavailable" in record.message]
    assert len(logged) == 1 and "MATCHING_MODEL" in logged[0].message

    settings.MATCHING = fake
    forget_encoder()
    MatchingJob.objects.update(sent_at=LONG_AGO)
    assert sweep().sent == 1  # one of them tries it
    assert match_post(posts[0].pk) == "matched"
    assert encoder_problem() == ""
    assert sweep().sent == 1  # then the others follow
    assert match_post(posts[1].pk) == "matched"
    assert pair_of(*posts).status == "suggested"
    assert row_of(posts[0]).error == ""


def test_a_missing_model_stays_known_where_nobody_waits(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    matched()
    fake = use_model(settings, tmp_path / "nowhere")
    with caplog.at_level(logging.INFO, "matching"):
        for _ in range(3):
            assert not sweep()
            assert "MATCHING_MODEL" in encoder_problem()
    assert len([record for record in caplog.records if "encoder" in record.message]) == 1
    settings.MATCHING = fake
    forget_encoder()
    sweep()
    assert encoder_problem() == ""


def test_without_a_model_the_queue_is_not_filled(settings: Settings) -> None:
    for number in range(5):
        make(title=f"thing {number}")
    note_encoder("no model. Set MATCHING_MODEL.")
    assert feed_queue() == 0
    assert sweep().sent == 1


# --- Other work ---


def test_due_emails_are_enqueued() -> None:
    NotificationFactory.create(email_due=True)
    MatchingJob.objects.update(status="done", fingerprint="fake-32", strategy="clip_zeroshot_v2")
    sweep()
    assert [task.func() for task in OrmQ.objects.all()] == ["lostfound.tasks.send_due_emails"]


def test_pruning_removes_what_is_old_and_keeps_what_is_not() -> None:
    now = timezone.now()
    for days in (1, 40):
        Failure.objects.create(
            id=f"{days:032}",
            name=f"task {days}",
            func="nowhere.nothing",
            started=now - timedelta(days=days),
            stopped=now - timedelta(days=days),
            success=False,
        )
    for name in ("worker:old", "worker:new", ENCODER):
        write_heartbeat(name)
    Heartbeat.objects.exclude(name="worker:new").update(beat_at=now - timedelta(days=3))
    prune()
    assert [failure.name for failure in Failure.objects.all()] == ["task 1"]
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"worker:new", ENCODER}
