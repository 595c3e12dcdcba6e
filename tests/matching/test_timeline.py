"""How far a post has come, as its author reads it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lostfound.models import Post
from lostfound.services import change_status, close_post
from matching.models import Embedding, Match
from matching.services import confirm_match
from matching.timeline import timeline, timelines
from tests.factories import MatchFactory, StaffFactory
from tests.lostfound.browsing import page, signed_in
from tests.lostfound.making import make_post, make_user

pytestmark = pytest.mark.django_db


def states(post: Post) -> list[str]:
    return [step.state for step in timeline(post)]


def compare(post: Post, status: str = Embedding.Status.DONE) -> None:
    Embedding.objects.filter(post=post).update(status=status)


def test_from_saved_to_back_with_its_owner() -> None:
    post = make_post(kind="lost")
    assert states(post) == ["done", "now", "later", "later"]
    compare(post)
    assert states(post) == ["done", "done", "now", "later"]
    match = MatchFactory.create(lost=post, found=make_post())
    assert timeline(post)[2].label == "비슷한 물건 1건"
    confirm_match(match, actor=StaffFactory.create())
    post.refresh_from_db()
    assert states(post) == ["done", "done", "done", "now"]
    assert timeline(post)[2].at is not None
    change_status(post, Post.Status.RETURNED, actor=None, action="returned")
    assert states(post) == ["done", "done", "done", "done"]


def test_what_went_wrong_and_what_was_closed() -> None:
    post = make_post(kind="lost")
    compare(post, Embedding.Status.FAILED)
    assert states(post)[1] == "bad"
    close_post(post, actor=post.author)
    assert states(post) == ["done", "done"]


def test_what_is_not_shown_is_not_counted() -> None:
    post = make_post(kind="lost")
    compare(post)
    for status in (Match.Status.GATED, Match.Status.DRAWN, Match.Status.REJECTED):
        MatchFactory.create(lost=post, status=status)
    assert timeline(post)[2].label == "아직 비슷한 물건 없음"


def test_many_posts_need_three_or_four_queries() -> None:
    author = make_user()
    posts = [make_post(author=author, kind=kind) for kind in ("lost", "found") for _ in range(10)]
    with CaptureQueriesContext(connection) as queries:
        timelines(posts)
    assert len(queries) <= 5
    text = page(signed_in(author).get("/posts/"))
    assert text.count('class="timeline"') == 20
