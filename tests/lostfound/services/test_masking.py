"""Photographs that may show documents: masked before they are public or compared, or not shown."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from PIL import Image, ImageDraw
from pytest_django import Settings

from lostfound import checks
from lostfound.media import masking as detector
from lostfound.models import Category, Photo, Post, PostEvent, User
from lostfound.services import TransitionRefused, edit_post, masking
from lostfound.services.masking import (
    allow_photo,
    forbid_photo,
    mask_photos,
    request_due_masking,
    unmasked_photos,
)
from lostfound.services.orphan_files import missing_files, orphan_files
from matching.scoring.content import content_of
from tests.support.builders import files_below, make_category, make_post, make_user, upload
from tests.support.web_client import page, signed_in

pytestmark = pytest.mark.django_db

BOX = [(10.0, 10.0), (40.0, 10.0), (40.0, 30.0), (10.0, 30.0)]


@pytest.fixture(autouse=True)
def fails_closed(settings: Settings) -> None:
    settings.PHOTOS_WITHOUT_CATEGORY = "masked"


@pytest.fixture
def one_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """The detector sees one text; what is done with it is the real thing."""
    monkeypatch.setattr(detector, "text_polygons", lambda pixels: [BOX])


@pytest.fixture
def no_detector(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the extra were not installed."""
    monkeypatch.setattr(detector, "_detector", None)
    for module in (detector, masking):
        monkeypatch.setattr(module, "is_available", lambda: False)


def wallet(**values: Any) -> Post:
    values.setdefault("category", make_category(photo_policy="masked"))
    return make_post(photos=1, **values)


def clerk(**values: Any) -> User:
    return make_user(is_staff=True, is_superuser=True, **values)


def pixels_of(photo: Photo) -> "np.ndarray[Any, Any]":
    with photo.full.open("rb") as file:
        return np.asarray(Image.open(file).convert("RGB")).astype(int)


def thumbnail_status(photo: Photo) -> int:
    return Client().get(photo.thumbnail_url).status_code


def test_nothing_is_public_or_compared_until_it_is_masked(one_text: None) -> None:
    post = wallet()
    photo = post.photos.get()
    assert thumbnail_status(photo) == 404
    assert "사진 비공개" in page(Client().get("/"))
    assert Client().get(f"/api/v1/things/{post.public_id}/").json()["thumbnail_url"] is None
    assert content_of(post).photo_hashes == {}
    before = photo.content_hash
    assert mask_photos(post.pk) == 1
    photo.refresh_from_db()
    post = Post.objects.get(pk=post.pk)
    assert thumbnail_status(photo) == 200
    assert photo.thumbnail_url in page(Client().get("/"))
    assert photo.upload_hash == before != photo.content_hash
    assert content_of(post).photo_hashes == {photo.pk: photo.content_hash}


def test_what_is_covered_is_one_colour_in_new_pixels(one_text: None) -> None:
    post = wallet()
    mask_photos(post.pk)
    inside = pixels_of(post.photos.get())[14:26, 14:36]
    assert np.abs(inside - detector.MASK_COLOUR).max() <= 12  # JPEG


def test_masking_asks_for_a_new_comparison(one_text: None) -> None:
    post = wallet(kind="lost")
    job = post.matching_job
    type(job).objects.filter(pk=job.pk).update(status="done")
    mask_photos(post.pk)
    job.refresh_from_db()
    assert job.status == "pending"


def test_a_second_task_finds_nothing_to_do(one_text: None, media_root: Path) -> None:
    post = wallet()
    assert mask_photos(post.pk) == 1
    files = files_below(media_root)
    assert mask_photos(post.pk) == 0
    assert files_below(media_root) == files


def test_two_tasks_at_once_mask_a_photograph_once(
    one_text: None, media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = wallet()
    inner: list[int] = []

    def interrupted(pixels: Image.Image) -> Image.Image:
        if not inner:
            inner.append(-1)
            inner[0] = mask_photos(post.pk)  # sees that somebody has it
        return detector.masked(pixels)

    monkeypatch.setattr(masking, "masked", interrupted)
    # The inner task reads the photograph anew, with the try that the outer one has counted.
    assert mask_photos(post.pk) + inner[0] == 1
    assert post.photos.get().mask == Photo.Mask.MASKED


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("is_sensitive", "keeps", "is_kept"),
    [(False, True, True), (False, False, False), (True, True, False)],
)
def test_what_is_left_of_the_upload(
    one_text: None,
    settings: Settings,
    media_root: Path,
    is_sensitive: bool,
    keeps: bool,
    is_kept: bool,
) -> None:
    settings.KEEP_UNMASKED_PHOTOS = keeps
    category = make_category(photo_policy="masked", is_sensitive=is_sensitive)
    post = wallet(category=category)
    before = post.photos.get()
    with before.full.open("rb") as file:
        uploaded = file.read()
    mask_photos(post.pk)
    photo = post.photos.get()
    kept = [path for path in files_below(media_root) if path.read_bytes() == uploaded]
    assert bool(kept) == is_kept == bool(photo.original)
    assert len(files_below(media_root)) == (3 if is_kept else 2)
    assert missing_files() == []
    assert orphan_files(min_age=masking.RETRY_AFTER * 0) == []
    reader = signed_in(clerk())
    assert bool(photo.unmasked_url) == is_kept
    address = photo.full_url.replace("full", "unmasked")
    assert reader.get(address).status_code == (200 if is_kept else 404)
    if is_kept:
        assert reader.get(address).content == uploaded


def test_who_sees_what_was_uploaded(one_text: None, django_user_model: type[User]) -> None:
    from django.contrib.auth.models import Group

    post = wallet()
    photo = post.photos.get()
    staff = make_user(is_staff=True)
    staff.user_permissions.set(_permissions("view_post"))
    group = make_user(is_staff=True)
    group.groups.set(Group.objects.filter(name="분실물센터 직원"))
    stranger = make_user()

    def seen(reader: User | None, size: str) -> int:
        client = signed_in(reader) if reader else Client()
        return client.get(photo.full_url.replace("full", size)).status_code

    assert [seen(reader, "full") for reader in (None, stranger, staff)] == [404, 404, 404]
    assert [seen(reader, "full") for reader in (post.author, group)] == [200, 200]
    mask_photos(post.pk)
    photo.refresh_from_db()
    assert [seen(reader, "full") for reader in (None, stranger)] == [404, 404]
    assert [seen(reader, "full") for reader in (post.author, staff, group)] == [200, 200, 200]
    unmasked = [seen(r, "unmasked") for r in (None, stranger, post.author, staff, group)]
    assert unmasked == [404, 404, 404, 404, 200]


def _permissions(*names: str) -> Any:
    from django.contrib.auth.models import Permission

    return Permission.objects.filter(codename__in=names)


def test_a_failure_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(pixels: Image.Image) -> Image.Image:
        raise ValueError("damaged")

    monkeypatch.setattr(masking, "masked", fail)
    post = wallet()
    for tries in range(1, masking.MAX_TRIES + 1):
        assert mask_photos(post.pk) == 0
        photo = post.photos.get()
        assert (photo.mask, photo.mask_tries) == (Photo.Mask.FAILED, tries)
    assert mask_photos(post.pk) == 0
    assert post.photos.get().mask_tries == masking.MAX_TRIES
    assert thumbnail_status(photo) == 404
    assert content_of(Post.objects.get(pk=post.pk)).photo_hashes == {}


def test_without_the_extra_it_waits(no_detector: None) -> None:
    post = wallet()
    assert mask_photos(post.pk) == 0
    photo = post.photos.get()
    assert (photo.mask, photo.mask_tries) == (Photo.Mask.RAW, 0)
    assert thumbnail_status(photo) == 404
    assert request_due_masking() == 0
    assert unmasked_photos().count() == 1


def test_staff_may_tick_a_photograph_and_take_it_back(no_detector: None) -> None:
    post = wallet()
    photo = post.photos.get()
    actor = clerk()
    allow_photo(photo, actor=actor)
    assert thumbnail_status(photo) == 200
    assert content_of(Post.objects.get(pk=post.pk)).photo_hashes == {photo.pk: photo.content_hash}
    with pytest.raises(TransitionRefused):
        allow_photo(photo, actor=actor)
    forbid_photo(photo, actor=actor)
    assert thumbnail_status(photo) == 404
    done = PostEvent.objects.filter(post=post, actor=actor).order_by("pk")
    assert [event.action for event in done] == ["photo_allowed", "photo_forbidden"]


def test_a_tick_is_for_the_office_that_keeps_the_thing(no_detector: None) -> None:
    from lostfound.models import Office

    here, there = Office.objects.all()[:2]
    post = wallet(office=here)
    with pytest.raises(PermissionDenied):
        allow_photo(post.photos.get(), actor=make_user(is_staff=True, office=there))
    assert thumbnail_status(post.photos.get()) == 404


@pytest.mark.parametrize("who", ["student", "staff", "clerk"])
def test_the_button_is_for_those_who_may_see_the_photograph(no_detector: None, who: str) -> None:
    post = wallet()
    reader = post.author
    if who != "student":
        reader = clerk() if who == "clerk" else make_user(is_staff=True)
    address = f"/photos/{post.photos.get().public_id}/allow/"
    answer = signed_in(reader).post(address)
    assert answer.status_code == (302 if who == "clerk" else 403)
    assert thumbnail_status(post.photos.get()) == (200 if who == "clerk" else 404)


def test_documents_are_not_photographed() -> None:
    card = make_category(photo_policy="none", is_sensitive=True)
    with pytest.raises(ValidationError) as refused:
        make_post(photos=1, category=card)
    assert refused.value.error_dict["photos"][0].code == "must_not_be_photographed"
    assert "찍지" in str(refused.value)
    assert not Post.objects.exists()
    post = make_post(category=card)
    with pytest.raises(ValidationError):
        edit_post(post, actor=post.author, fields={}, add_photos=[upload()])
    other = wallet()
    with pytest.raises(ValidationError):
        edit_post(other, actor=other.author, fields={"category": card})
    assert edit_post(
        other, actor=other.author, fields={"category": card}, remove_photos=other.photos.all()
    )


def test_the_policy_of_now_counts() -> None:
    plain = make_category()
    post = wallet(category=plain)
    photo = post.photos.get()
    assert thumbnail_status(photo) == 200
    edit_post(post, actor=post.author, fields={"category": make_category(photo_policy="masked")})
    assert thumbnail_status(photo) == 404
    Category.objects.update(photo_policy="normal")
    assert thumbnail_status(photo) == 200


def test_photographs_without_a_category_are_masked_and_stay_private(one_text: None) -> None:
    post = make_post(photos=1)
    assert content_of(post).photo_hashes == {}
    assert mask_photos(post.pk) == 1
    assert len(content_of(Post.objects.get(pk=post.pk)).photo_hashes) == 1
    assert thumbnail_status(post.photos.get()) == 404


def test_a_photograph_sent_again_after_masking_is_the_same(one_text: None) -> None:
    post = wallet()
    mask_photos(post.pk)
    assert not edit_post(post, actor=post.author, fields={}, add_photos=[upload()])
    assert post.photos.count() == 1


def test_the_masked_corners_lie_outside_the_text() -> None:
    box = np.array([(10.0, 10.0), (30.0, 10.0), (30.0, 20.0), (10.0, 20.0)])
    assert detector._dilated(box, 3.0) == [(7.0, 7.0), (33.0, 7.0), (33.0, 23.0), (7.0, 23.0)]
    turned = box[:, ::-1] @ np.array([[1.0, 0.0], [0.0, -1.0]])
    corners = detector._dilated(turned, 3.0)
    image = Image.new("L", (60, 60))
    ImageDraw.Draw(image).polygon([(x, y + 50) for x, y in corners], fill=255)
    assert (np.asarray(image) > 0).sum() > 26 * 16


def test_the_sweep_asks_for_what_was_forgotten(
    one_text: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, int]] = []
    monkeypatch.setattr(masking, "is_available", lambda: True)
    monkeypatch.setattr(masking, "enqueue", lambda task, pk: asked.append((task, pk)))
    post = wallet()
    assert request_due_masking() == 0  # its own task may still come
    Photo.objects.update(created_at=post.created_at - masking.RETRY_AFTER)
    assert request_due_masking() == 1
    assert asked == [("lostfound.tasks.mask_photos", post.pk)]


def test_a_missing_extra_is_a_warning_of_the_deployment(no_detector: None) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(checks, "is_available", lambda: False)
        (warning,) = checks.check_masking(None)
    assert warning.id == "lostfound.W003" and "[mask]" in str(warning.hint)
