"""Queries return what they should, in a constant number of queries."""

from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from lostfound.models import Post
from lostfound.selectors import (
    active_offices,
    posts_of,
    posts_visible_to,
    public_found_posts,
)
from tests.support.builders import make_category, make_post, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def show(post: Post) -> object:
    """What a page reads of a post."""
    category = post.category and post.category.family.name
    zone = post.building and post.building.zone.name
    return category, zone, post.office, [photo.thumbnail_url for photo in post.photos.all()]


def test_public_sees_found_things_that_wait() -> None:
    shown = make_post()
    matched = make_post()
    Post.objects.filter(pk=matched.pk).update(status="matched")
    make_post(kind="lost")
    for status in ("closed", "returned"):
        Post.objects.filter(pk=make_post().pk).update(status=status)
    assert list(public_found_posts()) == [matched, shown]


def test_people_see_their_own_posts_and_staff_all() -> None:
    mine, other = make_post(), make_post()
    assert list(posts_of(mine.author)) == [mine]
    assert list(posts_visible_to(mine.author)) == [mine]
    assert set(posts_visible_to(make_user(is_staff=True, is_superuser=True))) == {mine, other}
    assert not posts_visible_to(make_user(is_staff=True)).exists()  # the flag alone shows nothing


def test_lists_take_two_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    author = make_user()
    for _ in range(3):
        make_post(author=author, photos=2, category=make_category())
    with django_assert_num_queries(2):
        [show(post) for post in public_found_posts()]
    with django_assert_num_queries(2):
        [show(post) for post in posts_of(author)]
    with django_assert_num_queries(1):
        [office.building.zone.name for office in active_offices()]
