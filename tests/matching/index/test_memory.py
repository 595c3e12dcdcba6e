"""The index in memory stays in sync with the database, whatever happens."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lostfound.models import Category, Photo, Post
from lostfound.services import close_post, delete_post, edit_post, reopen_post
from matching.checks import check_triggers
from matching.core.types import Candidates, Kind
from matching.index import get_index, memory
from matching.index.memory import MemoryIndex
from matching.index.triggers import install_triggers, missing_triggers
from matching.models import Embedding, IndexChange
from matching.services import match_post
from matching.services.sweeper import prune
from tests.support.builders import upload
from tests.support.factories import CategoryFactory
from tests.support.pipeline import found, make, row_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake_encoder")]


@dataclass(frozen=True, eq=False)
class Listed:
    """The contents of an index, in the order of the posts' keys."""

    candidates: Candidates
    content_hashes: dict[int, str]


def listed(kind: Kind = "found", fingerprint: str = "fake-32") -> Listed:
    """The contents of the long-lived index, which must equal those of a new one."""
    shortlist = get_index().everything(kind, fingerprint, 32)
    anew = MemoryIndex().everything(kind, fingerprint, 32)
    assert dict(anew.content_hashes) == dict(shortlist.content_hashes)
    whole = shortlist.candidates()
    for name, column in vars(anew.candidates()).items():
        assert np.array_equal(column, getattr(whole, name), **equal_nan(column)), name
    return Listed(whole, dict(shortlist.content_hashes))


def equal_nan(column: Any) -> dict[str, bool]:
    return {"equal_nan": True} if column.dtype.kind == "f" else {}


def ids(shortlist: Listed) -> list[int]:
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
    stored = {row.photo_id: row.vec for row in Embedding.objects.filter(post=rich)}
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
    Post.objects.get(pk=bare.pk).matching_job.delete()
    assert ids(listed()) == []


def test_nothing_is_rebuilt_without_changes() -> None:
    found()
    first = get_index().everything("found", "fake-32", 32)
    assert get_index().everything("found", "fake-32", 32) is first
    with CaptureQueriesContext(connection) as queries:
        get_index().everything("found", "fake-32", 32)
    assert len(queries) == (2 if connection.vendor == "postgresql" else 1)


def test_a_returned_shortlist_does_not_change() -> None:
    posts = [found(title=f"thing {n}") for n in range(3)]
    before = get_index().everything("found", "fake-32", 32)
    close_post(posts[1], actor=posts[1].author)
    after = get_index().everything("found", "fake-32", 32)
    assert len(before) == 3 and len(before.candidates()) == 3
    assert len(after) == 2 and posts[1].pk not in after.content_hashes
    # The large segment was not rebuilt.
    assert after.segments[0].candidates is before.segments[0].candidates


def test_changes_behind_the_models_are_seen() -> None:
    """Plain SQL, a query set's update, a table that all posts refer to."""
    category = CategoryFactory.create(code="umbrella-1")
    first, second = found(category=category), found(category=category, title="blue cap")
    assert ids(listed()) == [first.pk, second.pk]
    Post.objects.filter(pk=first.pk).update(colour="red")
    assert listed().candidates.colours.tolist() == ["red", "blue"]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE lostfound_post SET status = 'closed' WHERE id = %s", [second.pk])
    assert ids(listed()) == [first.pk]
    Category.objects.filter(pk=category.pk).update(code="parasol")
    assert listed().candidates.categories.tolist() == ["parasol"]
    Embedding.objects.filter(post=first).delete()
    assert ids(listed()) == []


def test_many_changes_are_merged_and_few_segments_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "RECENT", 2)
    monkeypatch.setattr(memory, "MERGED_AT_ONCE", 3)
    posts = []
    for number in range(30):
        posts.append(found(title=f"thing {number}"))
        listed()
        if number % 4 == 3:
            close_post(posts[number - 2], actor=posts[number - 2].author)
    shortlist = get_index().everything("found", "fake-32", 32)
    assert len(shortlist) == len(listed().content_hashes) == 23
    assert len(shortlist.segments) <= 7


def test_after_unread_changes_were_pruned_everything_is_read_again() -> None:
    first = found()
    assert ids(listed()) == [first.pk]
    second = found(title="two")
    newest = IndexChange.objects.latest("pk")
    IndexChange.objects.exclude(pk=newest.pk).delete()
    close_post(first, actor=first.author)
    assert ids(listed()) == [second.pk]


def test_the_sweep_keeps_the_changes_of_a_day() -> None:
    found()
    old = timezone.now() - timedelta(days=2)
    IndexChange.objects.update(at=old)
    recent = IndexChange.objects.create(post_id=1)
    IndexChange.objects.filter(pk=recent.pk).update(at=timezone.now())
    prune()
    assert list(IndexChange.objects.values_list("pk", flat=True)) == [recent.pk]
    IndexChange.objects.update(at=old)
    prune()
    assert IndexChange.objects.count() == 1  # the newest stays, so that a gap is seen


def test_triggers_are_installed_and_missing_ones_are_reported() -> None:
    assert missing_triggers("default") == []
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TRIGGER index_change_matching_embedding_delete"
            + (" ON matching_embedding" if connection.vendor == "postgresql" else "")
        )
    assert missing_triggers("default") == ["index_change_matching_embedding_delete"]
    (problem,) = check_triggers(databases=["default"])
    assert "manage.py migrate" in str(problem.hint)
    install_triggers("default")
    assert missing_triggers("default") == []
