"""The admin's first page offers each person what they may do, and nothing else."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from lostfound.models import User
from matching.models import MatchingJob
from matching.services.heartbeat import worker_heartbeat, write_heartbeat
from tests.support.builders import make_post
from tests.support.factories import DuplicateFactory, MatchFactory, StaffFactory, UserFactory
from tests.support.web_client import page, signed_in

pytestmark = pytest.mark.django_db
INDEX, FIGURES, HEALTH = (
    "/admin/",
    "/admin/matching/match/figures/",
    "/admin/matching/match/health/",
)
DESK, LIST = "/admin/matching/match/desk/", "/admin/matching/match/"
INTAKE, POSTS = "/admin/lostfound/post/intake/", "/admin/lostfound/post/"
DUPLICATES = "/admin/matching/possibleduplicate/"
COUNTER = ("add_post", "change_post", "view_post")
PASSWORD = "a horse of battery staples"


def somebody(*permissions: str) -> User:
    """Staff with some permissions only."""
    person = UserFactory.create(is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return person


def links(client: Client, path: str) -> list[str]:
    """Links in the main part of a page; of the first page, in its panel."""
    text = page(client.get(path)).partition('id="content"')[2].partition("</main>")[0]
    if path == INDEX:
        panel = re.search(r'<section class="review-desk".*?</section>', text, re.S)
        text = panel.group() if panel else ""
    return re.findall(r'href="(/[^"]*)"', text)


@pytest.mark.parametrize(
    ("permissions", "offered"),
    [
        (COUNTER, {INTAKE, POSTS}),
        (("add_post",), {INTAKE}),
        (("view_post",), {POSTS}),
        (("view_match",), {LIST, FIGURES, HEALTH}),
        (("view_match", "change_match"), {DESK, LIST, FIGURES, HEALTH}),
        (("view_match", "view_possibleduplicate"), {LIST, DUPLICATES, FIGURES, HEALTH}),
        ((*COUNTER, "change_match"), {DESK, LIST, INTAKE, FIGURES, HEALTH}),
        (("view_user",), set()),
    ],
)
def test_everybody_is_offered_what_they_may_do(
    permissions: tuple[str, ...], offered: set[str]
) -> None:
    MatchFactory.create()
    DuplicateFactory.create()
    MatchingJob.objects.filter(post=make_post()).update(status=MatchingJob.Status.FAILED)
    client = signed_in(somebody(*permissions))
    assert set(links(client, INDEX)) == offered
    for path in offered:
        assert client.get(path).status_code == 200, path
    for path in {FIGURES, HEALTH} & offered:
        for further in links(client, path):
            assert client.get(further).status_code == 200, (path, further)


def test_the_link_to_the_system_status_warns_about_problems() -> None:
    client = signed_in(StaffFactory.create(), "en")
    write_heartbeat(worker_heartbeat("here"))
    text = page(client.get(INDEX))
    assert ">System status</a>" in text and "is-warning" not in text
    MatchingJob.objects.filter(post=make_post()).update(status=MatchingJob.Status.FAILED)
    text = page(client.get(INDEX))
    assert "System status: 1 component needs attention" in text and "is-warning" in text


@pytest.mark.parametrize(
    ("permissions", "is_staff", "begins"),
    [
        (COUNTER, True, INDEX),
        (("view_match",), True, INDEX),
        (("change_match",), True, DESK),
        ((), True, "/"),
        (COUNTER, False, "/"),
    ],
)
def test_after_signing_in_people_start_at_their_work(
    permissions: tuple[str, ...], is_staff: bool, begins: str
) -> None:
    person = somebody(*permissions)
    person.is_staff = is_staff
    person.set_password(PASSWORD)
    person.save()
    data = {"login": person.username, "password": PASSWORD}
    answer = Client().post("/accounts/login/", data)
    assert (answer.status_code, answer["Location"]) == (302, begins)


def test_a_forbidden_admin_page_links_back_to_the_admin() -> None:
    text = page(signed_in(somebody(*COUNTER), "en").get(DESK))
    assert '<a class="button" href="/admin/">Back to the office</a>' in text
    assert 'href="/">Go to the home page</a>' in text
