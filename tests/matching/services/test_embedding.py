"""The model encodes new content once, and nothing else."""

from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from pytest_django import Settings

from lostfound.hooks import report_post_change
from lostfound.models import Post
from lostfound.services import close_post, edit_post, reopen_post, submit_post
from matching.encoders.base import EncoderUnavailable, forget_encoder
from matching.models import Embedding, MatchingJob
from matching.scoring.content import content_of
from matching.services import match_post, retry_matching, sweep
from matching.services.embedding import embed_post
from matching.services.outbox import claim_post
from tests.support.builders import upload
from tests.support.factories import BuildingFactory, CategoryFactory, UserFactory
from tests.support.pipeline import OTHER_ENCODER, WORDS, found, make, matched, row_of, state

pytestmark = pytest.mark.django_db

NOTHING = {"text": 0, "image": 0}


@pytest.fixture(autouse=True)
def encoder(fake_encoder: Any) -> Any:
    return fake_encoder


def forwards_of(encoder: Any, post: Post) -> dict[str, int]:
    """What the model encodes for the post's task."""
    before = dict(encoder.forward_counts)
    assert match_post(post.pk) == "matched"
    return {name: encoder.forward_counts[name] - before[name] for name in before}


def test_words_and_each_photograph_go_through_the_model_once(encoder: Any) -> None:
    post = make(photos=3)
    assert forwards_of(encoder, post) == {"text": 1, "image": 3}
    assert match_post(post.pk) == "not waiting"
    rows = set(Embedding.objects.values_list("pk", flat=True))
    retry_matching([post])
    assert forwards_of(encoder, post) == NOTHING
    assert set(Embedding.objects.values_list("pk", flat=True)) == rows  # and nothing is rewritten


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (lambda: {"title": "red umbrella"}, {"text": 1, "image": 0}),
        (lambda: {"description": "with a ribbon"}, {"text": 1, "image": 0}),
        (lambda: {"colour": "red"}, NOTHING),
        (lambda: {"category": CategoryFactory.create()}, NOTHING),
        (lambda: {"building": BuildingFactory.create()}, NOTHING),
        (lambda: {"happened_on": "2026-01-05"}, NOTHING),
    ],
    ids=["title", "description", "colour", "category", "building", "day"],
)
def test_of_an_edit_only_words_are_embedded_anew(
    encoder: Any, changed: Any, expected: dict[str, int]
) -> None:
    post = matched(photos=2)
    edit_post(post, actor=post.author, fields=changed())
    assert state(post) == "pending"
    assert forwards_of(encoder, post) == expected
    assert Embedding.objects.filter(post=post).count() == 3


def test_one_photograph_more_is_one_forward_more(encoder: Any) -> None:
    post = matched(photos=2)
    edit_post(post, actor=post.author, fields={}, add_photos=[upload(5)])
    assert forwards_of(encoder, post) == {"text": 0, "image": 1}
    assert Embedding.objects.filter(post=post).count() == 4


def test_a_photograph_that_goes_takes_its_vector_along_and_embeds_nothing(encoder: Any) -> None:
    post = matched(photos=3)
    edit_post(post, actor=post.author, fields={}, remove_photos=[post.photos.all()[1]])
    assert forwards_of(encoder, post) == NOTHING
    photos = set(post.photos.values_list("pk", flat=True))
    rows = Embedding.objects.filter(post=post)
    assert set(rows.values_list("photo", flat=True)) == photos | {None}


def test_another_order_embeds_nothing_and_changes_the_cover(encoder: Any) -> None:
    post = matched(photos=3)
    before = row_of(post).content_hash
    photos = list(post.photos.all())
    edit_post(post, actor=post.author, fields={}, photo_order=photos[::-1])
    assert state(post) == "pending"
    assert forwards_of(encoder, post) == NOTHING
    assert row_of(post).content_hash != before


def test_a_save_that_changes_nothing_embeds_nothing(encoder: Any) -> None:
    post = matched(photos=1)
    edit_post(post, actor=post.author, fields={"title": WORDS})
    assert state(post) == "done"  # the edit wrote nothing, so no matching is requested
    post.save()
    report_post_change(post)
    assert state(post) == "pending"
    assert forwards_of(encoder, post) == NOTHING


def test_closing_and_opening_again_embeds_nothing(encoder: Any) -> None:
    post = matched(photos=2)
    close_post(post, actor=post.author)
    reopen_post(post, actor=post.author)
    assert forwards_of(encoder, post) == NOTHING


def test_words_that_return_to_what_they_were_are_embedded_again_once(encoder: Any) -> None:
    """Vectors of older content are not kept, because a post's history is not evidence."""
    post = matched()
    for title in ("red umbrella", WORDS):
        edit_post(post, actor=post.author, fields={"title": title})
        assert forwards_of(encoder, post) == {"text": 1, "image": 0}
    assert Embedding.objects.count() == 1


def test_what_another_post_holds_already_is_not_embedded_again(encoder: Any) -> None:
    matched(photos=1)
    found(photos=1)
    assert encoder.forward_counts == {"text": 1, "image": 1}
    assert Embedding.objects.count() == 4


def test_the_same_photograph_twice_in_a_post_goes_through_once(encoder: Any) -> None:
    post = submit_post(
        author=UserFactory.create(),
        kind="lost",
        fields={"title": WORDS},
        photos=[upload(1)],
    )
    duplicate = post.photos.get()  # from a time when a post could have the same one twice
    duplicate.pk, duplicate.public_id, duplicate.position = None, uuid4(), 1
    duplicate.save(force_insert=True)
    assert post.photos.count() == 2
    assert len(set(post.photos.values_list("content_hash"))) == 1
    assert forwards_of(encoder, post) == {"text": 1, "image": 1}
    assert Embedding.objects.filter(post=post, modality="image").count() == 2


def test_vectors_lie_in_the_order_of_the_photographs() -> None:
    post = matched(photos=3)
    edit_post(post, actor=post.author, fields={}, photo_order=list(post.photos.all())[::-1])
    claim = claim_post(post.pk)
    assert claim is not None
    post = Post.objects.get(pk=post.pk)
    vectors = embed_post(post, content_of(post), claim, "fake-32")
    stored = {row.photo_id: row.vec for row in Embedding.objects.filter(post=post)}
    expected = [stored[photo.pk] for photo in post.photos.order_by("position")]
    assert np.array_equal(vectors.image_vecs, np.stack(expected))
    assert np.array_equal(vectors.text_vec, stored[None])


def test_another_encoder_embeds_everything_once_in_the_background(
    encoder: Any, settings: Settings
) -> None:
    posts = [matched(photos=2), found(title="brown leather wallet", photos=1)]
    settings.MATCHING = {**settings.MATCHING, "ENCODER": OTHER_ENCODER}
    forget_encoder()
    assert sweep().outdated == 2
    assert [match_post(post.pk) for post in posts] == ["matched", "matched"]
    assert set(Embedding.objects.values_list("fingerprint", flat=True)) == {"fake-32-other"}
    assert Embedding.objects.count() == 5
    assert {row_of(post).fingerprint for post in posts} == {"fake-32-other"}
    assert sweep().outdated == 0


def test_an_encoder_that_is_replaced_in_the_middle_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    post = make()
    monkeypatch.setattr("matching.services.matching.current_fingerprint", lambda: "another")
    assert match_post(post.pk) == "encoder unavailable"
    assert state(post) == "pending"
    assert not Embedding.objects.exists()


@pytest.mark.parametrize(
    "vecs",
    [np.full((1, 32), np.nan), np.zeros((1, 31)), np.zeros((2, 32))],
    ids=["not numbers", "too short", "too many"],
)
def test_invalid_vectors_are_an_error_and_not_stored(
    encoder: Any, monkeypatch: pytest.MonkeyPatch, vecs: Any
) -> None:
    post = make()
    monkeypatch.setattr(encoder, "encode_texts", lambda texts: vecs)
    assert match_post(post.pk) == "went wrong"
    assert not Embedding.objects.exists()


def test_without_an_encoder_what_is_stored_already_still_counts(
    encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model is only loaded for new content."""
    post = matched(photos=1)
    retry_matching([post])

    def gone() -> None:
        raise EncoderUnavailable("no model. Set MATCHING_MODEL.")

    monkeypatch.setattr("matching.services.embedding.get_encoder", gone)
    assert match_post(post.pk) == "matched"
    assert match_post(make(title="something new").pk) == "encoder unavailable"


def test_a_photograph_whose_file_is_gone_fails_its_own_post_only() -> None:
    broken, sound = make(photos=1), make(photos=2, author=UserFactory.create())
    photo = broken.photos.get()
    photo.full.storage.delete(str(photo.full.name))
    assert [match_post(broken.pk) for _ in range(3)] == ["went wrong"] * 3
    row = row_of(broken)
    assert (row.status, row.attempts) == ("failed", 3)
    assert row.error.startswith("FileNotFoundError")
    assert match_post(sound.pk) == "matched"
    assert not MatchingJob.objects.filter(status="running").exists()


def test_photographs_of_an_upload_are_embedded_as_they_are_shown(encoder: Any) -> None:
    """Upright and without metadata: the stored file is embedded, not the upload."""
    post = submit_post(
        author=UserFactory.create(), kind="lost", fields={"title": WORDS}, photos=[upload(1)]
    )
    seen: list[tuple[int, int]] = []
    encode = encoder.encode_images

    def look(images: Any) -> Any:
        seen.extend(image.size for image in images)
        return encode(images)

    encoder.encode_images = look
    assert match_post(post.pk) == "matched"
    photo = post.photos.get()
    assert seen == [(photo.width_px, photo.height_px)]
