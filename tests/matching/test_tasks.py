"""The tasks through which the queue calls services; each may run twice, or for a deleted row."""

from typing import Any

import pytest
from django.utils.module_loading import import_string
from django_q.models import OrmQ
from pytest_django import DjangoCaptureOnCommitCallbacks

from matching import tasks
from matching.models import Embedding, Heartbeat, Match, MatchingJob
from matching.services.heartbeat import CLUSTER_ENV, answer_heartbeat
from matching.services.outbox import MATCH_TASK
from matching.services.sweeper import EMAILS_TASK
from matching.worker.supervisor import BEAT_TASK
from tests.support.pipeline import found, make, state

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.mark.parametrize("path", [MATCH_TASK, EMAILS_TASK, BEAT_TASK])
def test_every_name_that_is_sent_is_a_task(path: str) -> None:
    assert callable(import_string(path))


def test_the_task_of_a_saved_post_matches_it_and_may_run_twice(
    fake_encoder: Any, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    found()
    with django_capture_on_commit_callbacks(execute=True):
        post = make()
    message = OrmQ.objects.get()
    assert (message.func(), message.args()) == (MATCH_TASK, (post.pk,))
    task = import_string(message.func())
    assert task(*message.args()) == "matched"

    def everything() -> list[Any]:
        rows = [list(model.objects.values()) for model in (Match, Embedding, MatchingJob)]
        return [*rows, dict(fake_encoder.forward_counts)]

    before = everything()
    assert task(*message.args()) == "not waiting"
    assert everything() == before
    assert state(post) == "done"


def test_a_task_for_a_deleted_post_does_nothing() -> None:
    assert tasks.match_post(99_999) == "not waiting"


def test_a_beat_is_answered_to_whoever_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CLUSTER_ENV, "bbb")
    tasks.beat("aaa", 7)
    assert Heartbeat.objects.get(name=answer_heartbeat("aaa")).detail == "7 bbb"
    assert Heartbeat.objects.count() == 1
    tasks.beat("aaa", 8)
    assert Heartbeat.objects.get().detail == "8 bbb"
