"""A pair and its two posts."""

import pytest
from pytest_django import DjangoAssertNumQueries

from matching.models import Match
from tests.support.factories import FoundPostFactory, MatchFactory, PostFactory

pytestmark = pytest.mark.django_db


def test_pairs_of_a_post_are_on_either_side_and_have_any_status() -> None:
    lost, found = PostFactory.create(), FoundPostFactory.create()
    pair = MatchFactory.create(lost=lost, found=found)
    rejected = MatchFactory.create(lost=lost, status=Match.Status.REJECTED)
    MatchFactory.create()
    assert set(Match.objects.of_post(lost)) == {pair, rejected}
    assert set(Match.objects.of_post(found)) == {pair}
    suggested = Match.objects.filter(status=Match.Status.SUGGESTED)
    assert set(suggested.of_post(lost)) == {pair}
    assert not Match.objects.of_post(PostFactory.create()).exists()


def test_the_other_post_is_the_one_not_passed(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    pair = MatchFactory.create()
    lost, found = pair.lost, pair.found
    assert pair.posts == (lost, found)
    assert pair.other(lost) == found and pair.other(found) == lost
    read_again = Match.objects.get(pk=pair.pk)
    with django_assert_num_queries(0):
        assert read_again.other_id(lost) == found.pk and read_again.other_id(found) == lost.pk
