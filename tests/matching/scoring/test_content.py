"""What the content hash covers, and what not."""

from typing import Any

import pytest

from lostfound.models import Post
from lostfound.services import edit_post
from matching.scoring.content import content_of, evidence_hash
from tests.support.builders import make_post, upload
from tests.support.factories import BuildingFactory, CategoryFactory

pytestmark = pytest.mark.django_db


def digest(post: Post) -> str:
    return content_of(Post.objects.get(pk=post.pk)).content_hash


@pytest.mark.parametrize(
    "change",
    [
        lambda: {"fields": {"title": "red umbrella"}},
        lambda: {"fields": {"description": "a ribbon"}},
        lambda: {"fields": {"colour": "red"}},
        lambda: {"fields": {"category": CategoryFactory.create()}},
        lambda: {"fields": {"building": BuildingFactory.create()}},
        lambda: {"fields": {"happened_on": "2026-01-05"}},
        lambda: {"fields": {}, "add_photos": [upload(9)]},
    ],
)
def test_what_speaks_for_a_match_changes_the_hash(change: Any) -> None:
    post = make_post(photos=2)
    before = digest(post)
    edit_post(post, actor=post.author, **change())
    assert digest(post) != before


def test_photographs_count_by_content_and_order() -> None:
    post = make_post(photos=2)
    first, second = post.photos.all()
    whole = digest(post)
    edit_post(post, actor=post.author, fields={}, photo_order=[second, first])
    turned = digest(post)
    edit_post(post, actor=post.author, fields={}, remove_photos=[first])
    assert len({whole, turned, digest(post)}) == 3


def test_where_it_is_kept_is_no_evidence() -> None:
    post = make_post(kept_note="desk")
    before = digest(post)
    edit_post(post, actor=post.author, fields={"kept_note": "shelf"})
    assert digest(post) == before


def test_the_same_content_has_the_same_hash_whoever_posted_it() -> None:
    assert digest(make_post(photos=1)) == digest(make_post(photos=1))


def test_evidence_names_both_sides_and_their_roles() -> None:
    assert evidence_hash("a", "b") != evidence_hash("b", "a")
    assert len({evidence_hash("a", "b"), evidence_hash("a", "c"), evidence_hash("c", "b")}) == 3
    assert len(evidence_hash("a", "b")) == 64


def test_facts_that_become_hidden_are_embedded_anew_without_them() -> None:
    post = make_post(title="검은 장우산 노란 리본")
    before = content_of(post)
    edit_post(post, actor=post.author, fields={"hidden_facts": "노란 리본"})
    after = content_of(Post.objects.get(pk=post.pk))
    assert after.content_hash != before.content_hash and after.text == "검은 장우산"


def test_hidden_facts_that_nobody_wrote_change_nothing() -> None:
    post = make_post()
    before = digest(post)
    edit_post(post, actor=post.author, fields={"hidden_facts": "안쪽에 별"})
    assert digest(post) == before
