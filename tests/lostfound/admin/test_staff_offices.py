"""Staff of one office can read but not change what another office keeps."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from lostfound.models import Office, Post, User
from lostfound.services import close_post, delete_post, edit_post, reopen_post
from matching.models import Match
from matching.services import claim_next
from tests.support.builders import make_post, make_user
from tests.support.factories import MatchFactory
from tests.support.web_client import page, signed_in

pytestmark = pytest.mark.django_db

CHANGELIST = reverse("admin:lostfound_post_changelist")


@pytest.fixture
def offices() -> list[Office]:
    return list(Office.objects.order_by("pk")[:2])


def clerk(office: Office | None) -> User:
    person = make_user(is_staff=True, office=office)
    may = ("view_post", "add_post", "change_post", "delete_post", "change_match")
    person.user_permissions.set(Permission.objects.filter(codename__in=may))
    return person


def test_services_refuse_what_lies_on_another_shelf(offices: list[Office]) -> None:
    here, there = offices
    post, stranger = make_post(office=there), clerk(here)
    with pytest.raises(PermissionDenied, match=there.name):
        edit_post(post, actor=stranger, fields={"shelf": "A-1"})
    for service in (close_post, delete_post):
        with pytest.raises(PermissionDenied):
            service(post, actor=stranger)
    close_post(post, actor=clerk(there))
    with pytest.raises(PermissionDenied):
        reopen_post(post, actor=stranger)
    assert Post.objects.get().status == "closed" and Post.objects.get().shelf == ""


@pytest.mark.parametrize("who", ["own office", "all offices", "superuser", "author"])
def test_everybody_else_may(who: str, offices: list[Office]) -> None:
    here, there = offices
    author = make_user(office=here)
    post = make_post(office=there, author=author)
    actor = {
        "own office": clerk(there),
        "all offices": clerk(None),
        "superuser": make_user(is_staff=True, is_superuser=True, office=here),
        "author": author,
    }[who]
    assert edit_post(post, actor=actor, fields={"kept_note": "2층"})
    assert Post.objects.get(pk=post.pk).kept_note == "2층"


def test_a_thing_that_nobody_keeps_is_for_all(offices: list[Office]) -> None:
    post = make_post(kept_note="과사무실")
    assert edit_post(post, actor=clerk(offices[0]), fields={"shelf": "B-2"})
    assert Post.objects.get(pk=post.pk).shelf == "B-2"


def test_a_thing_that_was_carried_over_belongs_to_where_it_is(offices: list[Office]) -> None:
    here, there = offices
    post, mine = make_post(office=here), clerk(here)
    edit_post(post, actor=mine, fields={"office": there})
    stale = post  # fetched before it was carried over
    with pytest.raises(PermissionDenied):
        edit_post(stale, actor=mine, fields={"shelf": "A-1"})


def test_the_page_in_the_admin_is_read_only_and_says_why(offices: list[Office]) -> None:
    here, there = offices
    post, client = make_post(office=there), signed_in(clerk(here))
    url = reverse("admin:lostfound_post_change", args=[post.pk])
    html = page(client.get(url))
    assert there.name in html and "수정할 수 없어요" in html and 'name="_save"' not in html
    assert client.post(url, {"title": "Mine"}).status_code == 403
    assert client.post(reverse("admin:lostfound_post_delete", args=[post.pk])).status_code == 403
    assert 'name="_save"' in page(signed_in(clerk(there)).get(url))
    assert Post.objects.get().title == post.title


@pytest.mark.parametrize("action", ["close_posts", "move_to_shelf", "delete_selected"])
def test_actions_leave_out_what_another_office_keeps(action: str, offices: list[Office]) -> None:
    here, there = offices
    mine, theirs = make_post(office=here), make_post(office=there)
    client = signed_in(clerk(here))
    data = {"action": action, "_selected_action": [mine.pk, theirs.pk], "shelf": "C-3"}
    html = page(client.post(CHANGELIST, data, follow=True))
    assert there.name in html or theirs.title in html
    theirs.refresh_from_db()
    assert (theirs.status, theirs.shelf) == ("open", "")
    if action == "delete_selected":  # all or none
        client.post(CHANGELIST, {**data, "post": "yes"})
        assert Post.objects.count() == 2
    else:
        mine.refresh_from_db()
        assert (mine.status, mine.shelf) in (("closed", ""), ("open", "C-3"))


def test_intake_begins_with_the_clerks_own_office(offices: list[Office]) -> None:
    there = offices[1]
    html = page(signed_in(clerk(there)).get(reverse("admin:lostfound_post_intake")))
    assert re.search(rf'<option value="{there.pk}" selected[ >]', html)


def test_the_desk_hands_out_what_lies_at_the_clerks_own_office_first(
    offices: list[Office],
) -> None:
    here, there = offices
    strong = MatchFactory.create(found=make_post(office=there), score=0.99)
    weak = MatchFactory.create(found=make_post(office=here), score=0.2)
    queue = Match.objects.order_by("-score")
    assert claim_next(clerk(here), queue) == weak
    assert claim_next(clerk(None), queue) == strong
    assert claim_next(clerk(there), queue) is None  # both are before somebody
