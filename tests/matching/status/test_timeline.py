"""The timeline of a post, as its author reads it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lostfound.models import Post
from lostfound.services import change_status, close_post
from matching.models import Match, MatchingJob
from matching.services import answer_suggestion, confirm_match
from matching.status.timeline import timeline, timelines
from tests.support.builders import make_post, make_user
from tests.support.factories import MatchFactory, StaffFactory
from tests.support.web_client import page, signed_in

pytestmark = pytest.mark.django_db


def states(post: Post) -> list[str]:
    return [step.state for step in timeline(post)]


def compare(post: Post, status: str = MatchingJob.Status.DONE) -> None:
    MatchingJob.objects.filter(post=post).update(status=status)


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
    compare(post, MatchingJob.Status.FAILED)
    assert states(post)[1] == "bad"
    closed = close_post(post, actor=post.author)
    assert states(closed) == ["done", "done"]


def test_what_is_not_shown_is_not_counted() -> None:
    post = make_post(kind="lost")
    compare(post)
    for status in (Match.Status.EXCLUDED, Match.Status.SAMPLED, Match.Status.REJECTED):
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


def test_suggestions_that_the_owner_ruled_out_are_not_counted() -> None:
    post = make_post(kind="lost")
    compare(post)
    matches = [MatchFactory.create(lost=post, found=make_post()) for _ in range(2)]
    assert timeline(post)[2].label == "비슷한 물건 2건"
    answer_suggestion(post, matches[0].pk, actor=post.author, answer="not_mine")
    assert timeline(post)[2].label == "비슷한 물건 1건"
    assert timeline(matches[0].found)[2].label != "비슷한 물건 1건"
    client = signed_in(post.author, "en")
    assert "1 similar thing" in page(client.get(post.get_absolute_url()))
    answer_suggestion(post, matches[1].pk, actor=post.author, answer="not_mine")
    assert timeline(post)[2].label == "Nothing similar yet"
    assert "Nothing else similar yet" in page(client.get(post.get_absolute_url()))


def test_the_thank_you_is_next_to_the_answered_suggestion() -> None:
    post = make_post(kind="lost")
    compare(post)
    match = MatchFactory.create(lost=post, found=make_post())
    client = signed_in(post.author, "en")
    url = reverse("matching:answer", args=[post.public_id, match.pk])
    answered = client.post(url, {"answer": "mine"})
    assert answered.headers["Location"] == f"{post.get_absolute_url()}#suggestion-{match.pk}"
    text = page(client.get(post.get_absolute_url()))
    beside = text.partition(f'id="suggestion-{match.pk}"')[2].partition("</li>")[0]
    assert "Thank you. The office can see your answer" in beside
    refused = client.post(url, {"answer": "perhaps"})
    assert refused.headers["Location"] == post.get_absolute_url()  # its message is at the top


def test_every_dot_has_words() -> None:
    post = make_post(kind="lost")
    compare(post)
    text = page(signed_in(post.author, "en").get("/posts/"))
    line = text.partition('class="timeline"')[2].partition("</ol>")[0]
    for label in ("Saved", "Compared", "Nothing similar yet", "Confirmed by the office"):
        assert f'title="{label}"' in line
    assert line.count(">done</small>") == 2 and line.count(">still to come</small>") == 1
