"""The index of this process follows the database's rows, whatever happens to them."""

from typing import Any

import numpy as np
import pytest

from lostfound.models import Photo, Post
from lostfound.services import close_post, delete_post, edit_post, reopen_post
from matching.core.types import Kind
from matching.index import Shortlist, get_index
from matching.index.memory import MemoryIndex
from matching.models import Vector
from matching.services import match_post
from tests.factories import CategoryFactory
from tests.lostfound.making import upload
from tests.matching.submitting import found, make, matched, row_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake_encoder")]


def listed(kind: Kind = "found", fingerprint: str = "fake-32") -> Shortlist:
    """What the index that has seen everything says; a new one must say the very same."""
    shortlist = get_index().candidates(kind, fingerprint, 32)
    anew = MemoryIndex().candidates(kind, fingerprint, 32)
    assert anew.content_hashes == shortlist.content_hashes
    for name, column in vars(anew.candidates).items():
        assert np.array_equal(column, getattr(shortlist.candidates, name), **equal_nan(column))
    return shortlist


def equal_nan(column: Any) -> dict[str, bool]:
    return {"equal_nan": True} if column.dtype.kind == "f" else {}


def ids(shortlist: Shortlist) -> list[int]:
    return [int(pk) for pk in shortlist.candidates.post_ids]


def test_an_empty_campus_has_an_empty_shortlist() -> None:
    shortlist = listed()
    assert len(shortlist.candidates) == 0 and shortlist.content_hashes == {}
    assert shortlist.candidates.text_vecs.shape == (0, 32)


def test_posts_come_and_go_with_their_rows() -> None:
    first, second = found(title="one"), found(title="two")
    assert ids(listed()) == [first.pk, second.pk]
    close_post(first, actor=first.author)
    assert ids(listed()) == [second.pk]
    reopen_post(first, actor=first.author)
    assert ids(listed()) == [first.pk, second.pk]
    delete_post(second, actor=second.author)
    assert ids(listed()) == [first.pk]
    assert ids(listed("lost")) == []


def test_an_edit_is_seen_when_it_has_been_embedded() -> None:
    post = found(title="one")
    before = listed()
    edit_post(post, actor=post.author, fields={"title": "quite another"})
    assert listed().content_hashes == before.content_hashes == {post.pk: row_of(post).content_hash}
    match_post(post.pk)
    after = listed()
    assert after.content_hashes != before.content_hashes
    assert not np.allclose(after.candidates.text_vecs, before.candidates.text_vecs)


def test_facts_that_need_no_vector_are_seen_too() -> None:
    post = found()
    assert listed().candidates.categories.tolist() == [""]
    category = CategoryFactory.create()
    edit_post(post, actor=post.author, fields={"category": category, "colour": "red"})
    candidates = listed().candidates
    assert candidates.categories.tolist() == [category.code]
    assert candidates.families.tolist() == [category.family.code]
    assert candidates.colours.tolist() == ["red"]


def test_photographs_keep_their_order_and_their_owner() -> None:
    plain, rich = found(), found(photos=3)
    candidates = listed().candidates
    assert np.isnan(candidates.image_vecs[0]).all()
    assert candidates.photo_owner.tolist() == [1, 1]
    stored = {row.photo_id: row.vec for row in Vector.objects.filter(post=rich)}
    order = [photo.pk for photo in rich.photos.order_by("position")]
    assert np.allclose(candidates.image_vecs[1], stored[order[0]], atol=1e-6)
    edit_post(rich, actor=rich.author, fields={}, photo_order=list(rich.photos.all())[::-1])
    match_post(rich.pk)
    assert np.allclose(listed().candidates.image_vecs[1], stored[order[-1]], atol=1e-6)
    edit_post(plain, actor=plain.author, fields={}, add_photos=[upload(7)])
    match_post(plain.pk)
    assert not np.isnan(listed().candidates.image_vecs).any()
    assert Photo.objects.count() == 4


def test_another_fingerprint_shares_nothing() -> None:
    found()
    assert ids(listed()) and not ids(listed(fingerprint="another"))
    assert ids(listed())


def test_a_post_without_vectors_or_outbox_row_is_no_candidate() -> None:
    make(kind="found", kept_note="desk")
    bare = found()
    Post.objects.get(pk=bare.pk).embedding.delete()
    assert ids(listed()) == []


def test_nothing_is_laid_out_again_while_nothing_changes() -> None:
    found()
    matched()
    first = get_index().candidates("found", "fake-32", 32)
    assert get_index().candidates("found", "fake-32", 32) is first
