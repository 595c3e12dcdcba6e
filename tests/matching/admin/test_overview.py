"""The pages of figures and of health."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from matching.models import Embedding
from matching.services import confirm_match
from tests.factories import MatchFactory, StaffFactory, UserFactory
from tests.lostfound.browsing import page, queries_of, signed_in
from tests.lostfound.making import make_post

pytestmark = pytest.mark.django_db
FIGURES, HEALTH = "/admin/matching/match/figures/", "/admin/matching/match/health/"


@pytest.fixture
def client() -> Client:
    return signed_in(StaffFactory.create())


def test_figures_are_tables_that_a_screen_reader_reads(client: Client) -> None:
    match = MatchFactory.create(strategy="calibrated_v3", score=0.85)
    confirm_match(match, actor=StaffFactory.create())
    text = page(client.get(FIGURES)).partition('id="content-main"')[2].partition("</main>")[0]
    assert "80%–90%" in text and "100%" in text
    assert text.count("<table") == 3 and text.count("<svg") == text.count('aria-hidden="true"')
    assert "style=" not in text


def test_figures_of_an_empty_office(client: Client) -> None:
    assert client.get(FIGURES).status_code == 200


def test_health_shows_what_failed_and_tries_it_again(client: Client) -> None:
    broken, fine = make_post(title="망가진 우산"), make_post(title="멀쩡한 우산")
    rows = Embedding.objects.filter(post=broken)
    rows.update(status=Embedding.Status.FAILED, error="ValueError: no")
    Embedding.objects.filter(post=fine).update(status=Embedding.Status.DONE)
    text = page(client.get(HEALTH))
    assert "망가진 우산" in text and "ValueError: no" in text and "멀쩡한 우산" not in text
    client.post(HEALTH, {"retry": str(rows.get().pk)})
    assert rows.get().status == Embedding.Status.PENDING
    rows.update(status=Embedding.Status.FAILED)
    client.post(HEALTH, {"retry": "all"})
    assert rows.get().status == Embedding.Status.PENDING
    for nonsense in ("", "x", "-1", "9" * 30):
        assert client.post(HEALTH, {"retry": nonsense}).status_code == 302


def test_health_says_what_is_away(
    client: Client, fake_encoder: Any, settings: Settings, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path
    settings.MATCHING = {**settings.MATCHING, "FINDER": ""}
    text = page(client.get(HEALTH))
    assert "python manage.py runworker" in text
    assert "저절로 다시 켜요" in text  # no finder answers in a test
    assert "fake-32" in text


def test_health_needs_as_many_queries_for_any_number(client: Client) -> None:
    counts = []
    for number in (1, 9):
        for _ in range(number):
            make_post()
        Embedding.objects.update(status=Embedding.Status.FAILED)
        counts.append(queries_of(client, HEALTH))
    assert counts[0] == counts[1]


def test_only_staff_with_the_permission_see_them() -> None:
    client = signed_in(UserFactory.create(is_staff=True))
    assert client.get(FIGURES).status_code == client.get(HEALTH).status_code == 403
    assert client.post(HEALTH, {"retry": "all"}).status_code == 403
