"""End to end with the real model: drawings and texts in, suggestions out."""

import io
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lostfound.models import Category, Post
from lostfound.services import submit_post
from matching.bundled.drawing.things import Thing, sample_thing
from matching.bundled.drawing.views import photograph
from matching.encoders.base import forget_encoder, get_encoder
from matching.encoders.prompts import category_prompts
from matching.models import Embedding, Match, StoredProfile
from matching.services import match_post
from tests.support.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.model]

UMBRELLA = sample_thing(11, "umbrella")
GUITAR = sample_thing(12, "guitar")


@pytest.fixture(autouse=True)
def fresh_encoder() -> Iterator[None]:
    forget_encoder()
    yield
    forget_encoder()


def picture(thing: Thing, seed: int) -> SimpleUploadedFile:
    file = io.BytesIO()
    photograph(thing, seed, "mild", 320).save(file, "JPEG", quality=85)
    return SimpleUploadedFile("photo.jpg", file.getvalue(), "image/jpeg")


def posted(kind: str, thing: Thing, title: str, photo_seed: int | None) -> Post:
    post = submit_post(
        author=UserFactory.create(),
        kind=kind,
        fields={
            "title": title,
            "category": Category.objects.get(code=thing.category),
            "kept_note": "desk" if kind == "found" else "",
        },
        photos=[] if photo_seed is None else [picture(thing, photo_seed)],
    )
    assert match_post(post.pk) == "matched"
    return post


def current_version() -> int:
    return StoredProfile.objects.get(is_current=True).pk


def suggested() -> set[tuple[int, int]]:
    return set(Match.objects.filter(status="suggested").values_list("lost", "found"))


def test_the_same_things_are_suggested_and_others_are_not() -> None:
    lost = posted("lost", UMBRELLA, "우산 잃어버렸어요", 1)
    silent = posted("lost", GUITAR, "기타를 찾습니다", None)
    found_guitar = posted("found", GUITAR, "기타 주웠습니다", None)
    found = posted("found", UMBRELLA, "우산 보관하고 있습니다", 2)
    assert suggested() == {(lost.pk, found.pk), (silent.pk, found_guitar.pk)}
    encoder = get_encoder()
    prompts = sum(len(one.texts) for one in category_prompts())  # once, for the profile
    assert encoder.forward_counts == {"text": 4 + prompts, "image": 2}
    assert set(Match.objects.values_list("profile", flat=True)) == {current_version()}
    rows = Embedding.objects.all()
    assert {row.fingerprint for row in rows} == {encoder.fingerprint}
    assert all(abs(float(row.vec @ row.vec) - 1) < 1e-5 for row in rows)
