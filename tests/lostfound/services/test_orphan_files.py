"""Files without a photograph are found, and removed only on request."""

import os
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from lostfound.services.orphan_files import orphan_files, remove_files
from tests.support.builders import files_below, make_post

pytestmark = pytest.mark.django_db
TWO_DAYS_S = 2 * 24 * 3600


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def leave(media: Path, name: str, *, age_s: float = TWO_DAYS_S) -> Path:
    """What a process that was killed has left behind."""
    path = media / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"left behind")
    os.utime(path, (time.time() - age_s,) * 2)
    return path


def clean(*arguments: str) -> str:
    out = StringIO()
    call_command("clean_media", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_first_it_only_lists(media: Path) -> None:
    left = leave(media, "photos/full/ab/left.jpg")
    assert "photos/full/ab/left.jpg" in clean()
    assert left.exists()


def test_removes_orphans_and_nothing_else(media: Path) -> None:
    make_post(photos=2)
    for path in files_below(media):
        os.utime(path, (0, 0))
    kept = files_below(media)
    leave(media, "photos/full/ab/left.jpg")
    leave(media, "photos/thumb/ab/left.jpg")
    elsewhere = leave(media, "staged/1/theirs.jpg")
    young = leave(media, "photos/full/ab/young.jpg", age_s=60)
    assert "Removed 2 files" in clean("--delete")
    assert files_below(media) == sorted([*kept, elsewhere, young])
    assert "Removed 1 files" in clean("--delete", "--min-age-hours=0")


def test_file_that_got_its_row_in_the_meantime_stays(media: Path) -> None:
    post = make_post(photos=1)
    name = post.photos.get().full.name
    assert name
    remove_files([name])
    assert (media / name).exists()


def test_a_missing_file_is_reported(media: Path) -> None:
    photo = make_post(photos=1).photos.get()
    (media / str(photo.full.name)).unlink()
    assert f"Missing: {photo.full.name}" in clean()


def test_site_without_photographs_is_clean() -> None:
    assert "Found 0 files" in clean()


def test_orphans_are_found_in_few_queries(media: Path, django_assert_num_queries: object) -> None:
    make_post(photos=3)
    with django_assert_num_queries(2):  # type: ignore[operator]  # posts and claims
        orphan_files(min_age=timedelta(0))
