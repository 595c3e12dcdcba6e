"""Staged photographs: whose, for how long, and how many."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from lostfound.services import photo_staging
from lostfound.services.photo_staging import discard_expired, stage_photos
from tests.support.builders import files_below, make_user, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def test_a_staged_photograph_is_found_again_by_its_owner_only() -> None:
    person, other = make_user(), make_user()
    (photo,), errors = stage_photos(person, [upload(1)])
    assert not errors
    assert photo_staging.staged_photos(person, [photo.token, photo.token]) == [photo]
    assert photo_staging.staged_photos(other, [photo.token]) == []
    assert photo_staging.staged_photos(person, ["", "../x", "0" * 32, photo.token[:-1]]) == []
    assert photo.as_upload().read(2) == b"\xff\xd8"


def test_only_prepared_pixels_are_kept_under_names_of_our_own(media: Path) -> None:
    stage_photos(make_user(), [upload(1)])
    names = [path.name for path in files_below(media)]
    assert len(names) == 2 and not any("우산" in name for name in names)


def test_what_is_too_old_goes(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    person = make_user()
    stage_photos(person, [upload(1), upload(2)])
    assert discard_expired() == 0
    later = timezone.now() + photo_staging.KEPT_FOR + timedelta(minutes=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert discard_expired() == 4
    assert files_below(media) == []


def test_nobody_fills_the_disk(media: Path) -> None:
    person, other = make_user(), make_user()
    stage_photos(other, [upload(0)])
    for _round in range(4):
        staged, _errors = stage_photos(person, [upload(shade) for shade in range(12)])
        assert len(staged) == photo_staging.MAX_AT_ONCE
    assert photo_staging.staged_photos(person, [photo.token for photo in staged]) == staged
    assert len(files_below(media)) == 2 * (photo_staging.MAX_OF_ONE_PERSON + 1)
