"""Photographs in object storage: written, served, deleted, and a storage outage."""

import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from pytest_django import Settings

from lostfound.media.storage import StorageAway, files_below
from lostfound.models import Photo, Post
from lostfound.services import delete_post, submit_post
from lostfound.services.orphan_files import missing_files, orphan_files, remove_files
from lostfound.services.photo_staging import discard_expired, stage_photos, staged_photos
from matching.services import match_post
from tests.support.builders import files_below as local_files
from tests.support.builders import make_post, make_user, upload
from tests.support.pipeline import make, row_of
from tests.support.python_process import run_python
from tests.support.servers.s3 import S3Server

pytestmark = pytest.mark.django_db


@pytest.fixture
def bucket(s3: S3Server, settings: Settings, media_root: Path) -> Iterator[S3Server]:
    """A site with S3_BUCKET, and without files on the local disk."""
    settings.STORAGES = settings.STORAGES | {"default": s3.storage()}
    settings.S3_BUCKET = "photographs"
    if not s3.is_running:
        s3.start()
    for file in files_below(default_storage, ""):
        default_storage.delete(file.name)
    yield s3
    assert local_files(media_root) == []


def names() -> list[str]:
    """Everything in the bucket."""
    return sorted(file.name for file in files_below(default_storage, ""))


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def test_settings_put_photographs_into_the_bucket(s3: S3Server, tmp_path: Path) -> None:
    script = """
import django
django.setup()
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
default_storage.save("photos/full/one.jpg", ContentFile(b"bytes"))
print(default_storage.open("photos/full/one.jpg").read().decode())
print(*settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"])
"""
    environment = {"VAR_DIR": str(tmp_path), "S3_SIGNED_S": "60", **s3.environment}
    done = run_python("-c", script, **environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("bytes\n")
    assert s3.url in done.stdout


def test_a_photograph_is_served_to_those_who_may_see_it(bucket: S3Server) -> None:
    photo = make_post(photos=1).photos.get()
    response = signed_in(photo.post.author).get(photo.full_url)
    assert response.status_code == 200
    assert response["Content-Type"] == "image/jpeg"
    assert response.content[:2] == b"\xff\xd8"
    assert signed_in(make_user()).get(photo.full_url).status_code == 404
    assert len(names()) == 2


def test_with_signed_addresses_the_bytes_come_from_the_bucket(
    bucket: S3Server, settings: Settings
) -> None:
    settings.S3_SIGNED_S = 45
    photo = make_post(photos=1).photos.get()
    assert signed_in(make_user()).get(photo.full_url).status_code == 404
    response = signed_in(photo.post.author).get(photo.full_url)
    assert response.status_code == 302
    assert response["Cache-Control"] == "private, no-store"
    query = parse_qs(urlsplit(response["Location"]).query)
    assert query["X-Amz-Expires"] == ["45"]
    with urllib.request.urlopen(response["Location"], timeout=5) as answer:
        assert answer.read()[:2] == b"\xff\xd8"
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Content-Disposition"] == 'inline; filename="full.jpg"'


@pytest.mark.django_db(transaction=True)
def test_files_go_with_their_post(bucket: S3Server) -> None:
    post = make_post(photos=2)
    assert len(names()) == 4
    delete_post(post, actor=post.author)
    assert names() == []


def test_orphan_files_are_found_and_removed(bucket: S3Server) -> None:
    post = make_post(photos=1)
    default_storage.save("photos/full/ab/left.jpg", ContentFile(b"left behind"))
    assert orphan_files(min_age=timedelta(hours=1)) == []
    assert orphan_files(min_age=timedelta(0)) == ["photos/full/ab/left.jpg"]
    remove_files(["photos/full/ab/left.jpg"])
    assert orphan_files(min_age=timedelta(0)) == [] == missing_files()
    name = str(post.photos.get().full.name)
    default_storage.delete(name)
    assert missing_files() == [name]


def test_staged_photographs_lie_in_the_bucket_too(
    bucket: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = make_user()
    (staged,), errors = stage_photos(person, [upload()])
    assert errors == []
    assert staged_photos(person, [staged.token]) == [staged]
    assert staged.data_url.startswith("data:image/jpeg")
    assert staged.as_upload().read()[:2] == b"\xff\xd8"
    assert discard_expired() == 0
    monkeypatch.setattr("lostfound.services.photo_staging.KEPT_FOR", timedelta(0))
    assert discard_expired() == 2
    assert names() == []


def test_matching_reads_photographs_from_the_bucket(bucket: S3Server, fake_encoder: Any) -> None:
    assert match_post(make(photos=2).pk) == "matched"


def test_during_an_outage_people_see_an_error_and_posts_wait(
    bucket: S3Server, fake_encoder: Any, settings: Settings
) -> None:
    settings.S3_SIGNED_S = 0
    post = make(photos=1)
    photo = post.photos.get()
    stored = {
        file.name: default_storage.open(file.name) for file in files_below(default_storage, "")
    }
    bucket.stop()
    try:
        with pytest.raises(StorageAway):
            default_storage.open(str(photo.full.name))
        response = signed_in(post.author).get(photo.full_url)
        assert (response.status_code, response["Cache-Control"]) == (503, "no-store")
        with pytest.raises(ValidationError) as refused:
            submit_post(author=post.author, kind="lost", fields={"title": "cup"}, photos=[upload()])
        assert refused.value.error_dict["photos"][0].code == "storage"
        assert (Post.objects.count(), Photo.objects.count()) == (1, 1)
        browser = signed_in(post.author)
        form = {"title": "an umbrella", "happened_on": "2026-03-02", "photos": [upload()]}
        page = browser.post("/posts/new/lost/", form)
        assert page.status_code == 200
        assert "an umbrella" in page.content.decode()
        # Posting without photographs still works.
        assert browser.post("/posts/new/lost/", form | {"photos": []}).status_code == 302
        assert match_post(post.pk) == "photographs unavailable"
        row = row_of(post)
        assert (row.status, row.attempts) == ("pending", 0)
    finally:
        bucket.start()
    for name, file in stored.items():
        default_storage.save(name, file)
    assert match_post(post.pk) == "matched"


def test_a_bucket_that_is_not_there_is_named(bucket: S3Server, settings: Settings) -> None:
    storage = bucket.storage()
    options = storage["OPTIONS"] | {"bucket_name": "elsewhere"}
    settings.STORAGES = settings.STORAGES | {"default": storage | {"OPTIONS": options}}
    with pytest.raises(StorageAway, match="bucket"):
        default_storage.open("photos/full/one.jpg")
