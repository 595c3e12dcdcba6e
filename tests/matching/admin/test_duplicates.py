"""The pages of possible duplicates."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lostfound.models import Notification, Post
from matching.models import PossibleDuplicate
from tests.support.factories import (
    DuplicateFactory,
    MatchFactory,
    PhotoFactory,
    StaffFactory,
    UserFactory,
)
from tests.support.web_client import page, signed_in

pytestmark = pytest.mark.django_db

LIST = reverse("admin:matching_possibleduplicate_changelist")


@pytest.fixture
def desk() -> Client:
    return signed_in(StaffFactory.create(), "en")


def address(duplicate: PossibleDuplicate, what: str = "change") -> str:
    return reverse(f"admin:matching_possibleduplicate_{what}", args=[duplicate.pk])


def press(client: Client, duplicate: PossibleDuplicate, what: str) -> Any:
    """Press a button on the page."""
    button = re.search(rf'value="({what}:[0-9a-f]+)"', page(client.get(address(duplicate))))
    assert button, what
    answer = client.post(address(duplicate, "settle"), {"decision": button[1]}, follow=True)
    duplicate.refresh_from_db()
    return answer


def test_the_page_compares_both_and_says_why_in_words(desk: Client) -> None:
    duplicate = DuplicateFactory.create()
    PhotoFactory.create(post=duplicate.second)
    text = page(desk.get(address(duplicate)))
    for words in (
        *(duplicate.first.title, duplicate.second.title, "80%", "Posted first", "Posted later"),
        *("same day", "Text to text", "+4.9", "Days between the two", "Authors"),
        "Earlier text to later photograph",
    ):
        assert words in text, words
    for code in ("duplicate_", "text_image"):
        assert code not in text


@pytest.mark.parametrize(("button", "closed"), [("close_first", 0), ("close_second", 1)])
def test_one_is_closed_by_its_button(desk: Client, button: str, closed: int) -> None:
    duplicate = DuplicateFactory.create()
    answer = press(desk, duplicate, button)
    posts = [Post.objects.get(pk=duplicate.first_id), Post.objects.get(pk=duplicate.second_id)]
    assert (posts[closed].status, posts[1 - closed].status) == ("closed", "open")
    assert duplicate.status == "closed"
    assert Notification.objects.get().post == posts[closed]
    assert posts[closed].title in page(answer)
    log = page(desk.get(reverse("admin:lostfound_post_change", args=[posts[closed].pk])))
    assert "Closed as a duplicate" in log


def test_a_duplicate_is_dismissed_and_reopened(desk: Client) -> None:
    duplicate = DuplicateFactory.create()
    press(desk, duplicate, "dismiss")
    assert duplicate.status == "dismissed"
    press(desk, duplicate, "take_up")
    assert duplicate.status == "open"


def test_next_goes_through_all_and_starts_over(desk: Client) -> None:
    pairs = [DuplicateFactory.create(score=score) for score in (0.9, 0.8, 0.7)]
    seen, at = [], pairs[0]
    for _ in pairs:
        at = desk.get(address(at)).context["next"]
        seen.append(at.pk)
    assert seen == [pairs[1].pk, pairs[2].pk, pairs[0].pk]


def test_after_one_comes_the_next_and_then_the_list(desk: Client) -> None:
    weak, strong = DuplicateFactory.create(score=0.6), DuplicateFactory.create(score=0.9)
    answer = press(desk, strong, "dismiss")
    assert answer.redirect_chain == [(address(weak), 302)]
    assert press(desk, weak, "dismiss").redirect_chain == [(LIST, 302)]


def test_a_decision_on_changed_posts_is_refused_and_nothing_is_closed(desk: Client) -> None:
    duplicate = DuplicateFactory.create()
    value = re.search(r'value="(close_first:[0-9a-f]+)"', page(desk.get(address(duplicate))))
    assert value
    PossibleDuplicate.objects.update(evidence_hash="f" * 64)
    answer = desk.post(address(duplicate, "settle"), {"decision": value[1]}, follow=True)
    assert "Please review them again" in page(answer)
    assert not Post.objects.exclude(status="open").exists()


@pytest.mark.parametrize("decision", ["", "close_first", "merge:1", "close_first:"])
def test_a_bad_decision_is_refused(desk: Client, decision: str) -> None:
    duplicate = DuplicateFactory.create()
    answer = desk.post(address(duplicate, "settle"), {"decision": decision})
    assert answer.status_code == 400
    gone = reverse("admin:matching_possibleduplicate_settle", args=[duplicate.pk + 1])
    assert desk.post(gone, {"decision": "dismiss:0"}).status_code == 302


def test_the_list_has_a_constant_number_of_queries(desk: Client) -> None:
    DuplicateFactory.create()
    desk.get(LIST)  # the device is recorded only once
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert "80%" in page(desk.get(LIST))
        counts.append(len(queries))
        DuplicateFactory.create_batch(6)
    assert counts[0] == counts[1]


def test_it_is_shown_on_the_first_page_and_with_the_pair(desk: Client) -> None:
    duplicate = DuplicateFactory.create()
    match = MatchFactory.create(found=duplicate.second)
    assert LIST in page(desk.get(reverse("admin:index")))
    text = page(desk.get(reverse("admin:matching_match_change", args=[match.pk])))
    assert address(duplicate) in text and "Possibly registered twice" in text
    press(desk, duplicate, "dismiss")
    text = page(desk.get(reverse("admin:matching_match_change", args=[match.pk])))
    assert address(duplicate) not in text


def test_without_permission_to_decide_there_are_no_buttons() -> None:
    duplicate = DuplicateFactory.create()
    person = UserFactory.create(is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_possibleduplicate"))
    client = signed_in(person, "en")
    assert 'name="decision"' not in page(client.get(address(duplicate)))
    answer = client.post(address(duplicate, "settle"), {"decision": "dismiss:0"})
    assert answer.status_code == 403
    duplicate.refresh_from_db()
    assert duplicate.status == "open"


def test_after_signing_in_again_a_person_returns_to_the_two_posts(desk: Client) -> None:
    duplicate = DuplicateFactory.create()
    answer = desk.get(address(duplicate, "settle"), follow=True)
    assert answer.redirect_chain == [(address(duplicate), 302)]
    assert "nothing has changed yet" in page(answer)
    student = signed_in(UserFactory.create(is_staff=True))
    assert student.get(address(duplicate, "settle")).status_code == 403
