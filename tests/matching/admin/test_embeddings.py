"""The outbox in the admin: what failed, with its error, and a way to try again."""

import pytest
from django.test import Client
from django.urls import reverse

from matching.models import Embedding
from matching.services.heartbeat import note_encoder
from tests.factories import PostFactory, StaffFactory, UserFactory
from tests.lostfound.browsing import page, signed_in

pytestmark = pytest.mark.django_db

LIST = reverse("admin:matching_embedding_changelist")


@pytest.fixture
def desk() -> Client:
    return signed_in(StaffFactory.create(), "en")


def failed() -> Embedding:
    row = PostFactory.create().embedding
    Embedding.objects.filter(pk=row.pk).update(
        status="failed", attempts=3, error="ValueError: <b>broken</b>"
    )
    row.refresh_from_db()
    return row


def test_a_failed_post_is_listed_with_its_error(desk: Client) -> None:
    row, other = failed(), PostFactory.create()
    text = page(desk.get(LIST, {"status__exact": "failed"}))
    assert row.post.title in text and other.title not in text
    assert "ValueError: &lt;b&gt;broken" in text
    assert "ValueError" in page(desk.get(reverse("admin:matching_embedding_change", args=[row.pk])))


def test_match_again_lets_it_wait_with_all_attempts(desk: Client) -> None:
    row = failed()
    answer = desk.post(LIST, {"action": "match_again", "_selected_action": [row.pk]}, follow=True)
    assert "1 post is matched again" in page(answer)
    row.refresh_from_db()
    assert (row.status, row.attempts, row.error) == ("pending", 0, "")


def test_staff_who_may_not_decide_may_not_retry() -> None:
    row = failed()
    client = signed_in(UserFactory.create(is_staff=True), "en")
    answer = client.post(LIST, {"action": "match_again", "_selected_action": [row.pk]})
    assert answer.status_code == 403
    row.refresh_from_db()
    assert row.status == "failed"


def test_the_list_says_which_setting_keeps_posts_waiting(desk: Client) -> None:
    PostFactory.create()
    note_encoder("there is no folder /srv/model. Set MATCHING_MODEL to another one.")
    assert "Set MATCHING_MODEL" in page(desk.get(LIST))
