"""The system status page: in words, with advice, and technical details folded away."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from matching.conf import BUNDLED
from matching.models import Heartbeat, MatchingJob
from matching.services.heartbeat import note_encoder, write_heartbeat
from matching.status.health import failure_words
from tests.support.builders import make_post
from tests.support.factories import ProfileFactory, StaffFactory, UserFactory
from tests.support.web_client import page, queries_of, signed_in

pytestmark = pytest.mark.django_db
HEALTH = "/admin/matching/match/health/"
MISSING = "FileNotFoundError: [Errno 2] No such file: '/srv/media/photos/ab.jpg'"


@pytest.fixture
def client() -> Client:
    return signed_in(StaffFactory.create(), "en")


def unfolded(text: str) -> str:
    """The visible text while all details are folded."""
    return re.sub(r"<details>.*?</details>", "", text, flags=re.S)


def test_failed_posts_are_shown_and_retried(client: Client) -> None:
    broken, fine = make_post(title="망가진 우산"), make_post(title="멀쩡한 우산")
    rows = MatchingJob.objects.filter(post=broken)
    rows.update(status=MatchingJob.Status.FAILED, error=MISSING)
    MatchingJob.objects.filter(post=fine).update(status=MatchingJob.Status.DONE)
    text = page(client.get(HEALTH))
    assert "망가진 우산" in text and "멀쩡한 우산" not in text
    assert "A photograph&#x27;s file is missing on the server." in unfolded(text)
    assert "/srv/media" in text and "/srv/media" not in unfolded(text)
    client.post(HEALTH, {"retry": str(rows.get().pk)})
    assert rows.get().status == MatchingJob.Status.PENDING
    rows.update(status=MatchingJob.Status.FAILED)
    client.post(HEALTH, {"retry": "all"})
    assert rows.get().status == MatchingJob.Status.PENDING
    for nonsense in ("", "x", "-1", "9" * 30):
        assert client.post(HEALTH, {"retry": nonsense}).status_code == 302


@pytest.mark.parametrize(
    "error",
    [
        MISSING,
        "TimeoutException: Task timeout after 120 s",
        "The worker died 3 times while it worked on this post.",
        "UnidentifiedImageError: cannot identify image file '/srv/x'",
        "OperationalError: database is locked",
        "ValueError: vectors of /srv/x",
        "",
    ],
)
def test_failures_are_shown_without_paths_and_class_names(error: str) -> None:
    words = failure_words(error)
    assert words and "/" not in words and "Error" not in words


def test_missing_processes_are_shown(
    client: Client, fake_encoder: Any, settings: Settings, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path
    settings.MATCHING = {**settings.MATCHING, "FINDER": ""}
    text = page(client.get(HEALTH))
    assert "python manage.py runworker" in text
    assert "The search process does not answer." in text  # no search process runs in this test
    assert text.count("Needs attention") == 2
    assert "fake-32" in text and "fake-32" not in unfolded(text)


def test_the_model_is_named_with_its_engine_its_strategy_and_its_profile(
    client: Client, fake_encoder: Any
) -> None:
    profile = ProfileFactory.create(is_current=True, fingerprint="fake-32")
    ProfileFactory.create(is_current=True, fingerprint="of another encoder")
    text = unfolded(page(client.get(HEALTH)))
    assert "<dd>PyTorch</dd>" in text and "<dt>Strategy</dt>" in text
    assert f"<dd>{profile.pk} (" in text


def test_the_demonstration_model_is_named_with_advice(client: Client, settings: Settings) -> None:
    settings.MATCHING = {**settings.MATCHING, "MODEL": BUNDLED}
    text = unfolded(page(client.get(HEALTH)))
    assert "The demonstration model that comes with the project." in text
    assert "python manage.py download_model " in text


def test_a_model_in_a_folder_is_named_without_its_path(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.MATCHING = {**settings.MATCHING, "MODEL": str(tmp_path / "korean-clip")}
    text = page(client.get(HEALTH))
    assert "korean-clip" in unfolded(text)
    assert str(tmp_path) in text and str(tmp_path) not in unfolded(text)


def test_an_unavailable_model_is_explained_in_words_first(client: Client) -> None:
    note_encoder('MATCHING["MODEL"] = "/srv/model" cannot be used: there is no folder.')
    text = page(client.get(HEALTH))
    assert "New posts wait, and nothing of them is lost." in unfolded(text)
    assert "/srv/model" in text and "/srv/model" not in unfolded(text)


@pytest.mark.parametrize(
    ("waits", "words", "is_bad"),
    [
        (timedelta(minutes=5), "for 5 minutes.", False),
        (timedelta(minutes=42), "for 42 minutes.", True),
        (timedelta(hours=7), "for 7 hours.", True),
    ],
)
def test_the_age_of_the_queue_is_in_minutes_or_hours(
    client: Client, waits: timedelta, words: str, is_bad: bool
) -> None:
    make_post()
    MatchingJob.objects.update(
        status=MatchingJob.Status.PENDING, queued_at=timezone.now() - waits - timedelta(seconds=5)
    )
    text = page(client.get(HEALTH))
    assert words in text
    assert ("It usually takes seconds." in text) == is_bad


def test_heartbeats_are_described_in_words(client: Client) -> None:
    write_heartbeat("worker:cf2dbe709a6d4ffe", "busy 3228")
    write_heartbeat("beat:cf2dbe709a6d4ffe", "10 cf2dbe709a6d4ffe")
    write_heartbeat("cluster:cf2dbe709a6d4ffe", "3212 3220 desk-pc")
    Heartbeat.objects.filter(name__startswith="cluster").update(
        beat_at=timezone.now() - timedelta(hours=3)
    )
    text = page(client.get(HEALTH))
    signs = " ".join(re.sub(r"<[^>]+>", " ", unfolded(text).partition("health-signs")[2]).split())
    assert "Worker : just now · working" in signs
    assert "Cluster : 3 hours ago · on machine “desk-pc”" in signs
    assert "Response through the queue : just now" in signs
    assert "cf2dbe709a6d4ffe" in text and "cf2dbe709a6d4ffe" not in signs


def test_the_page_needs_a_constant_number_of_queries(client: Client) -> None:
    counts = []
    for number in (1, 9):
        for _ in range(number):
            make_post()
        MatchingJob.objects.update(status=MatchingJob.Status.FAILED)
        counts.append(queries_of(client, HEALTH))
    assert counts[0] == counts[1]


def test_only_staff_with_the_permission_see_it() -> None:
    client = signed_in(UserFactory.create(is_staff=True))
    assert client.get("/admin/matching/match/figures/").status_code == 403
    assert client.get(HEALTH).status_code == 403
    assert client.post(HEALTH, {"retry": "all"}).status_code == 403
