"""The context of the page of one pair."""

import pytest
from pytest_django import DjangoAssertNumQueries

from lostfound.models import Post
from matching.models import Match, MatchDecision, SuggestionAnswer
from matching.review.lookalikes import look_alikes
from matching.review.page import for_review, review_context
from matching.selectors import load_photos
from matching.services import confirm_match, reject_match, undo_decision
from matching.services.decision_checks import standing_decision
from tests.support.factories import (
    CategoryFactory,
    DuplicateFactory,
    FoundPostFactory,
    MatchFactory,
    PhotoFactory,
    PostFactory,
    StaffFactory,
)

pytestmark = pytest.mark.django_db


def standing_on_page(match: Match) -> MatchDecision | None:
    shown: MatchDecision | None = review_context(Match.objects.get(pk=match.pk))["standing"]
    return shown


def test_the_standing_decision_is_the_latest_that_was_not_undone() -> None:
    match, staff = MatchFactory.create(), StaffFactory.create()
    assert standing_on_page(match) is None
    rejection = reject_match(match, actor=staff)
    assert standing_on_page(match) == standing_decision(match) == rejection
    confirmation = confirm_match(match, actor=staff)
    assert standing_on_page(match) == standing_decision(match) == confirmation
    undo_decision(confirmation, actor=staff)
    assert standing_on_page(match) == standing_decision(match) == rejection
    undo_decision(rejection, actor=staff)
    assert standing_on_page(match) is standing_decision(match) is None


def test_duplicates_of_the_lost_post_come_first_and_the_likeliest_of_each() -> None:
    match = MatchFactory.create()
    of_found = [DuplicateFactory.create(first=match.found, score=score) for score in (0.9, 0.6)]
    of_lost = [
        DuplicateFactory.create(first=match.lost, second=PostFactory.create(), score=score)
        for score in (0.7, 0.8)
    ]
    DuplicateFactory.create()
    assert review_context(match)["duplicates"] == [*of_lost[::-1], *of_found]


def test_the_answer_is_there_whether_it_was_read_with_the_pair_or_not() -> None:
    match = MatchFactory.create()
    assert review_context(match)["answer"] is None
    answer = SuggestionAnswer.objects.create(match=match, user=match.lost.author, answer="mine")
    for pairs in (Match.objects.all(), for_review(Match.objects.all())):
        assert review_context(pairs.get())["answer"] == answer


def test_look_alikes_of_both_sides_come_in_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    category, other = CategoryFactory.create(), CategoryFactory.create()
    lost = PostFactory.create(category=category, colour="white")
    found = FoundPostFactory.create(category=other)
    like_lost = PostFactory.create_batch(9, category=category, colour="white")
    PostFactory.create(category=category, colour="black")
    FoundPostFactory.create(category=category, colour="white")
    like_found = [FoundPostFactory.create(category=other, colour=c) for c in ("", "red")]
    FoundPostFactory.create(category=other, status=Post.Status.CLOSED)
    with django_assert_num_queries(1):
        of_found, of_lost = look_alikes(found, lost)
    assert (of_found.kind, of_found.count, of_found.posts) == ("found", 2, like_found[::-1])
    assert (of_lost.kind, of_lost.count, of_lost.posts) == ("lost", 9, like_lost[:0:-1])
    Post.objects.filter(pk__in=[post.pk for post in like_lost]).update(status="closed")
    assert [alike.kind for alike in look_alikes(found, lost)] == ["found"]


def test_photographs_of_many_posts_come_in_one_query_and_in_their_order(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    posts = PostFactory.create_batch(3)
    photos = [[PhotoFactory.create(post=post, position=n) for n in (1, 0)] for post in posts[:2]]
    again = Post.objects.get(pk=posts[0].pk)
    with django_assert_num_queries(1):
        load_photos([*posts, again])
        shown = [list(post.photos.all()) for post in (*posts, again)]
    assert shown == [photos[0][::-1], photos[1][::-1], [], photos[0][::-1]]
    with django_assert_num_queries(0):
        load_photos(posts)
