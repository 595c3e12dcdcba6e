"""Accounts in the admin: who may be deleted, and that nobody locks themselves out."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from lostfound.models import AccessLog, Post, User
from lostfound.services import delete_post, log_access
from tests.support.builders import make_post, make_user
from tests.support.web_client import page, signed_in

pytestmark = pytest.mark.django_db

PEOPLE = reverse("admin:lostfound_user_changelist")


@pytest.fixture
def chief() -> User:
    return make_user(is_staff=True, is_superuser=True)


@pytest.fixture
def office(chief: User) -> Client:
    return signed_in(chief, "en")


@pytest.fixture
def clerk() -> User:
    """Somebody who took a thing in and looked at another."""
    person = make_user(is_staff=True)
    make_post(author=person)
    log_access(person, AccessLog.What.POST, [make_post()])
    return person


def of(page_name: str, person: User) -> str:
    return reverse(f"admin:lostfound_user_{page_name}", args=[person.pk])


def delete_chosen(client: Client, *people: User, **more: str) -> Any:
    data = {"action": "delete_selected", "_selected_action": [one.pk for one in people], **more}
    return client.post(PEOPLE, data, follow=True)


@pytest.mark.parametrize("is_popup", [False, True])
@pytest.mark.parametrize("is_sure", [False, True])
def test_who_has_worked_here_is_not_deleted_and_the_page_says_why(
    office: Client, clerk: User, is_popup: bool, is_sure: bool
) -> None:
    popup = {"_popup": "1"} if is_popup else {}
    if is_sure:
        answer = office.post(of("delete", clerk), {"post": "yes", **popup}, follow=True)
    else:
        answer = office.get(of("delete", clerk), popup, follow=True)
    assert answer.redirect_chain == [(of("change", clerk) + "?_popup=1" * is_popup, 302)]
    text = page(answer)
    assert f"records refer to this account: {clerk.username}." in text
    assert "Clear “" in text and "Are you sure" not in text
    assert Post.objects.filter(author=clerk).exists() and not LogEntry.objects.exists()


@pytest.mark.parametrize("sure", [{}, {"post": "yes"}])
def test_of_many_none_is_deleted_where_one_has_worked_here(
    office: Client, clerk: User, sure: dict[str, str]
) -> None:
    student = make_user()
    text = page(delete_chosen(office, student, clerk, **sure))
    assert f"records refer to this account: {clerk.username}." in text
    assert User.objects.filter(pk__in=[student.pk, clerk.pk]).count() == 2
    assert not LogEntry.objects.exists()


def test_students_are_deleted_as_ever(office: Client) -> None:
    one, two, three = make_post().author, make_user(), make_user()
    assert "Are you sure" in page(delete_chosen(office, one, two))
    delete_chosen(office, one, two, post="yes")
    office.post(of("delete", three), {"post": "yes"})
    assert not User.objects.filter(pk__in=[one.pk, two.pk, three.pk]).exists()
    assert LogEntry.objects.count() == 3


def test_a_late_error_of_a_service_is_shown(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = make_post()
    student = post.author

    def late(target: Post, **values: Any) -> None:
        Post.objects.filter(pk=target.pk).update(status="matched")
        delete_post(target, **values)

    monkeypatch.setattr("lostfound.services.accounts.delete_post", late)
    answer = office.post(of("delete", student), {"post": "yes"}, follow=True)
    assert "A matched post cannot be deleted" in page(answer)
    assert "A matched post cannot be deleted" in page(delete_chosen(office, student, post="yes"))
    assert User.objects.filter(pk=student.pk).exists() and not LogEntry.objects.exists()


def test_without_the_permission_nothing_is_revealed(clerk: User) -> None:
    answer = signed_in(make_user(is_staff=True), "en").get(of("delete", clerk))
    assert answer.status_code == 403 and clerk.username not in page(answer)


def form_of(person: User, **changes: Any) -> dict[str, Any]:
    """What a browser sends from an account's page."""
    fields = {
        "username": person.username,
        "email": person.email,
        "language": person.language,
        "office": person.office_id or "",
        "groups": [group.pk for group in person.groups.all()],
        "user_permissions": [one.pk for one in person.user_permissions.all()],
        **{
            name: "on"
            for name in ("is_active", "is_staff", "is_superuser", "wants_email")
            if getattr(person, name)
        },
    }
    return {name: value for name, value in {**fields, **changes}.items() if value is not None}


@pytest.mark.parametrize("name", ["is_active", "is_staff", "is_superuser"])
def test_nobody_locks_themselves_out(office: Client, chief: User, name: str) -> None:
    answer = office.post(of("change", chief), form_of(chief, **{name: None}))
    errors = answer.context["adminform"].form.errors
    assert list(errors) == [name] and "Please ask another administrator." in errors[name][0]
    chief.refresh_from_db()
    assert getattr(chief, name)
    assert office.post(of("change", chief), form_of(chief, first_name="Kim")).status_code == 302
    other = make_user(is_staff=True, is_superuser=True)
    assert office.post(of("change", other), form_of(other, **{name: None})).status_code == 302
    other.refresh_from_db()
    assert not getattr(other, name)


def test_nobody_takes_their_own_group_away(chief: User) -> None:
    group = Group.objects.get(name="분실물센터 책임자")
    manager = make_user(is_staff=True)
    manager.groups.add(group)
    client = signed_in(manager, "en")
    answer = client.post(of("change", manager), form_of(manager, groups=[]))
    assert list(answer.context["adminform"].form.errors) == ["groups"]
    assert group in manager.groups.all()


def test_nobody_deletes_their_own_account_here(office: Client, chief: User) -> None:
    for answer in (
        office.post(of("delete", chief), {"post": "yes"}, follow=True),
        delete_chosen(office, make_user(), chief, post="yes"),
    ):
        assert "You cannot delete your own account here." in page(answer)
    assert User.objects.count() == 2
