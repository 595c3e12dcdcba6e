"""A full disk while a photograph is uploaded or stored: reported, and nothing is lost."""

import io
import resource
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from PIL import Image
from pytest_django import Settings

from lostfound.models import Photo, Post
from tests.support.builders import files_below, make_user, upload

pytestmark = pytest.mark.django_db

DISK_BYTES = 128 * 1024  # a thumbnail of noise fits, the photograph does not
KOREAN = "지금 서버에 사진을 둘 자리가 없어요"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with little room; a limit on files where none may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    try:
        is_mounted = subprocess.run(mount, capture_output=True).returncode == 0
    except FileNotFoundError:
        is_mounted = False
    if is_mounted:
        yield folder
        subprocess.run(["umount", str(folder)], check=True)
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (DISK_BYTES, hard))
    yield folder
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def noise(edge_px: int, kind: str) -> SimpleUploadedFile:
    """A photograph that no encoder makes small."""
    image = Image.effect_noise((edge_px, edge_px), 120).convert("RGB")
    pixels = io.BytesIO()
    image.save(pixels, kind)
    return SimpleUploadedFile("noise", pixels.getvalue(), "image/jpeg")


@pytest.fixture
def browser() -> Client:
    client = Client(headers={"Accept-Language": "ko"})
    client.force_login(make_user(language="ko"), "django.contrib.auth.backends.ModelBackend")
    return client


def send(browser: Client, *photos: Any, **fields: Any) -> Any:
    form = {"title": "노란 리본이 달린 우산", "happened_on": "2026-03-02", **fields}
    return browser.post("/posts/new/lost/", {**form, "photos": list(photos)})


def check_refused(response: Any) -> str:
    page: str = response.content.decode()
    assert response.status_code == 200
    assert KOREAN in page
    assert "노란 리본이 달린 우산" in page
    assert (Post.objects.count(), Photo.objects.count()) == (0, 0)
    return page


@pytest.mark.processes
def test_no_room_where_photographs_lie(
    small_disk: Path, settings: Settings, browser: Client
) -> None:
    settings.MEDIA_ROOT = small_disk
    check_refused(send(browser, noise(900, "JPEG")))
    assert files_below(small_disk) == []
    # There is a way on, as the message says.
    assert send(browser).status_code == 302
    assert Post.objects.count() == 1


@pytest.mark.processes
def test_a_photograph_that_fits_is_kept_for_the_next_try(
    small_disk: Path, settings: Settings, browser: Client
) -> None:
    settings.MEDIA_ROOT = small_disk
    page = check_refused(send(browser, upload(), noise(900, "JPEG")))
    assert page.count('name="staged"') == 1
    assert len(files_below(small_disk / "staged")) == 2


@pytest.mark.processes
def test_no_room_where_uploads_come_in(
    small_disk: Path, settings: Settings, browser: Client
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(small_disk)
    photograph = noise(1200, "PNG")
    assert photograph.size and photograph.size > settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    page = check_refused(send(browser, upload(), photograph))
    assert page.count('name="staged"') == 1
    assert files_below(small_disk) == []


@pytest.mark.processes
def test_the_api_names_the_reason(small_disk: Path, settings: Settings, browser: Client) -> None:
    settings.MEDIA_ROOT = small_disk
    form = {"kind": "lost", "title": "우산", "happened_on": "2026-03-02"}
    response = browser.post("/api/v1/posts/", {**form, "photos": [noise(900, "JPEG")]})
    assert response.status_code == 400
    (error,) = response.json()["errors"]["photos"]
    assert error["code"] == "no_room"
    assert error["message"].startswith(KOREAN)
    assert files_below(small_disk) == []


@pytest.mark.processes
def test_the_api_takes_a_lost_upload_for_one(
    small_disk: Path, settings: Settings, browser: Client
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(small_disk)
    form = {"kind": "lost", "title": "우산", "happened_on": "2026-03-02"}
    response = browser.post("/api/v1/posts/", {**form, "photos": [noise(1200, "PNG")]})
    assert response.status_code == 400
    assert [error["code"] for error in response.json()["errors"]["photos"]] == ["no_room"]


def test_a_database_that_cannot_write_costs_no_words(
    monkeypatch: pytest.MonkeyPatch, browser: Client
) -> None:
    def full(*args: Any, **kwargs: Any) -> Any:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr("lostfound.services.submit_post", full)
    answer = browser.post("/api/v1/posts/", {"kind": "lost", "title": "우산"})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    response = send(browser, upload())
    page = response.content.decode()
    assert response.status_code == 503
    assert "노란 리본이 달린 우산" in page
    assert page.count('name="staged"') == 1


def test_the_use_of_a_session_is_noted_once_a_minute_and_breaks_no_page(
    monkeypatch: pytest.MonkeyPatch, browser: Client
) -> None:
    assert browser.get("/posts/").status_code == 200
    noted = UserSession.objects.get().last_seen_at
    browser.get("/posts/")
    assert UserSession.objects.get().last_seen_at == noted
    UserSession.objects.update(last_seen_at=noted - timedelta(minutes=2))
    browser.get("/posts/")
    assert UserSession.objects.get().last_seen_at > noted

    def full(*args: Any) -> Any:
        raise OperationalError("database or disk is full")

    UserSession.objects.update(last_seen_at=noted - timedelta(minutes=2))
    monkeypatch.setattr(UserSession.objects, "create_from_request", full)
    assert browser.get("/posts/").status_code == 200
