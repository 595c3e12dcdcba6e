"""The two predefined groups: what their members can do, and what not."""

import importlib
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.urls import reverse

from lostfound.models import AccessLog, Building, Category, Office, Post, User
from lostfound.services import log_access
from matching.demo.seed import CLERKS, demo_accounts
from matching.models import Match, PossibleDuplicate, decision_version
from tests.support.builders import make_post, make_user, upload
from tests.support.factories import DuplicateFactory, MatchFactory
from tests.support.web_client import page, signed_in

pytestmark = pytest.mark.django_db

CHIEFS = "분실물센터 책임자"
MIGRATION = importlib.import_module("matching.migrations.0009_office_groups")
THINGS = importlib.import_module("lostfound.migrations.0010_items_of_posts")
MASKING = importlib.import_module("lostfound.migrations.0020_masking")
CLAIMS = importlib.import_module("lostfound.migrations.0013_prompts")
RULES = importlib.import_module("lostfound.migrations.0023_first_rules")
CONSENT = importlib.import_module("lostfound.migrations.0027_consent")


def member(group: str, **values: Any) -> User:
    person = make_user(is_staff=True, **values)
    person.groups.add(Group.objects.get(name=group))
    return person


@pytest.fixture
def clerk() -> User:
    return member(CLERKS, office=Office.objects.first())


@pytest.fixture
def counter(clerk: User) -> Client:
    return signed_in(clerk, "en")


@pytest.fixture
def chief() -> User:
    return member(CHIEFS)


def at(name: str, *args: Any) -> str:
    return reverse(f"admin:{name}", args=args)


# The permissions in the migration have been renamed since, and stayed with the groups.
RENAMED = {
    "matching.view_embedding": "matching.view_matchingjob",
    "lostfound.view_look": "lostfound.view_accesslog",
}


def test_every_permission_that_the_groups_name_exists() -> None:
    for name, parts in MIGRATION.GROUPS.items():
        named = {
            f"{label}.{codename}"
            for part in parts
            for label, codenames in part.items()
            for codename in codenames
        }
        named |= {f"lostfound.{codename}" for codename in THINGS.GROUPS[name]}
        named |= {f"lostfound.{MASKING.PERMISSION}", "lostfound.view_retentionrule"}
        if name == CHIEFS:
            named |= {
                f"lostfound.{codename}" for codename in (*CLAIMS.HEAD, *CONSENT.HEAD, *RULES.EDIT)
            }
        assert member(name).get_all_permissions() == {RENAMED.get(one, one) for one in named}


def test_an_existing_group_of_that_name_is_not_changed() -> None:
    mine = Group.objects.get(name=CLERKS)
    mine.permissions.set(Permission.objects.filter(codename="view_post"))
    Group.objects.filter(name=CHIEFS).delete()
    MIGRATION.make_groups(apps, Schema())
    assert list(mine.permissions.values_list("codename", flat=True)) == ["view_post"]
    assert Group.objects.get(name=CHIEFS).permissions.filter(codename="view_user").exists()


class Schema:
    """The part of a schema editor that the migration uses."""

    connection = connection


@pytest.mark.slow
def test_a_clerk_can_open_every_page_of_their_work(counter: Client) -> None:
    match, duplicates, post = MatchFactory.create(), DuplicateFactory.create(), make_post(photos=1)
    for path in (
        *("/admin/", at("matching_match_desk"), at("matching_match_changelist")),
        *(at("matching_match_change", match.pk), at("matching_match_candidates", match.lost_id)),
        *(at("matching_match_figures"), at("matching_match_health")),
        *(at("matching_matchdecision_changelist"), at("matching_matchingjob_changelist")),
        at("matching_possibleduplicate_changelist"),
        at("matching_possibleduplicate_change", duplicates.pk),
        *(at("lostfound_post_changelist"), at("lostfound_post_change", post.pk)),
        *(at("lostfound_post_intake"), at("lostfound_post_import"), at("lostfound_post_add")),
        at("lostfound_post_import_sample"),
        *(at(f"lostfound_{name}_changelist") for name in ("category", "building", "office")),
    ):
        assert counter.get(path).status_code == 200, path
    text = page(counter.get(at("lostfound_post_change", post.pk)))
    assert post.photos.all()[0].thumbnail_url in text and "Posted" in text


def test_a_clerk_can_register_edit_close_and_export(counter: Client, clerk: User) -> None:
    sent = {"title": "우산", "office": clerk.office_id, "shelf": "A-1", "photos": [upload()]}
    answer = counter.post(at("lostfound_post_intake"), {**sent, "happened_on": "2026-03-02"})
    assert answer.status_code == 302, answer.context["form"].errors
    post = Post.objects.get()
    photo = post.photos.get()
    form = {
        **{"title": "검은 우산", "happened_on": "2026-03-02", "office": clerk.office_id},
        **{"events-TOTAL_FORMS": 0, "events-INITIAL_FORMS": 0},
        **{"photos-TOTAL_FORMS": 1, "photos-INITIAL_FORMS": 1},
        **{"photos-0-id": photo.pk, "photos-0-post": post.pk, "photos-0-DELETE": "on"},
    }
    assert counter.post(at("lostfound_post_change", post.pk), form).status_code == 302
    listed = at("lostfound_post_changelist")
    counter.post(listed, {"action": "close_posts", "_selected_action": post.pk})
    post.refresh_from_db()
    assert (post.title, post.status, post.photos.count()) == ("검은 우산", "closed", 0)
    saved = counter.post(
        listed, {"action": "export_csv", "_selected_action": post.pk, "reason": "재고"}
    )
    content = b"".join(saved.streaming_content)  # type: ignore[attr-defined]
    assert saved["Content-Type"].startswith("text/csv") and post.number.encode() in content
    assert counter.post(at("lostfound_post_delete", post.pk)).status_code == 403


def test_a_clerk_decides_pairs_and_duplicates(counter: Client) -> None:
    match, duplicates = MatchFactory.create(), DuplicateFactory.create()
    decision = f"confirm:{match.pk}:{decision_version(match)}"
    counter.post(at("matching_match_decide"), {"decision": decision})
    match.refresh_from_db()
    assert match.status == Match.Status.CONFIRMED
    made = match.decisions.get()
    counter.post(at("matching_matchdecision_undo"), {"decision": str(made.public_id)})
    match.refresh_from_db()
    assert match.status == Match.Status.SUGGESTED
    settle = at("matching_possibleduplicate_settle", duplicates.pk)
    counter.post(settle, {"decision": f"dismiss:{decision_version(duplicates)}"})
    duplicates.refresh_from_db()
    assert duplicates.status == PossibleDuplicate.Status.DISMISSED


def test_a_clerk_uses_the_api_of_the_office(counter: Client) -> None:
    match, post = MatchFactory.create(), make_post()
    assert counter.get("/api/v1/office/posts/").status_code == 200
    assert counter.get(f"/api/v1/office/posts/{post.public_id}/").status_code == 200
    taken = counter.post(
        "/api/v1/office/posts/", {"title": "우산", "kept_note": "창구"}, "application/json"
    )
    assert taken.status_code == 201, taken.content
    changed = counter.patch(
        f"/api/v1/office/posts/{post.public_id}/", {"shelf": "A-1"}, "application/json"
    )
    assert changed.status_code == 200, changed.content
    handed = counter.post("/api/v1/review/next/")
    assert handed.status_code == 200 and handed.json()["pair"]["id"] == match.pk


@pytest.mark.parametrize("who", [CLERKS, CHIEFS])
def test_what_each_group_may_not_do(who: str) -> None:
    is_chief = who == CHIEFS
    person = member(who)
    client, student = signed_in(person), make_user()
    log_access(person, AccessLog.What.POST, [make_post()])
    looks = AccessLog.objects.get()
    pages = [
        *(at("lostfound_user_changelist"), at("lostfound_user_change", student.pk)),
        *(at("lostfound_accesslog_changelist"), at("lostfound_accesslog_change", looks.pk)),
        *(at("lostfound_notification_changelist"), at("lostfound_office_add")),
        *(at("lostfound_category_add"), at("lostfound_building_add")),
    ]
    for path in pages:
        assert client.get(path).status_code == (200 if is_chief else 403), path
    for path in (
        *(at("auth_group_changelist"), at("lostfound_user_add")),
        *(at("lostfound_user_delete", student.pk), at("lostfound_post_delete", make_post().pk)),
        *(at("django_q_ormq_changelist"), at("mfa_authenticator_changelist")),
    ):
        assert client.get(path).status_code == 403, path
    rows = {"office": Office, "category": Category, "building": Building}
    for name, model in rows.items():
        row = model._default_manager.first()
        assert row is not None
        path = at(f"lostfound_{name}_change", row.pk)
        assert client.get(path).status_code == 200
        assert client.post(path, {}).status_code == (200 if is_chief else 403), path
        assert client.get(at(f"lostfound_{name}_delete", row.pk)).status_code == 403


def account(person: User, **changes: Any) -> dict[str, Any]:
    """The form of an account's page as a browser submits it."""
    sent = {"username": person.username, "language": "ko", "is_active": "on", "is_staff": "on"}
    return {**sent, **changes}


def test_a_chief_makes_a_member_of_staff_in_three_steps(chief: User) -> None:
    student, office = make_user(), Office.objects.all()[0]
    clerks = Group.objects.get(name=CLERKS)
    sent = account(student, groups=[clerks.pk], office=office.pk)
    client = signed_in(chief, "en")
    assert client.post(at("lostfound_user_change", student.pk), sent).status_code == 302
    student.refresh_from_db()
    assert student.is_staff and student.office == office
    assert signed_in(student).get(at("matching_match_desk")).status_code == 200
    # … and takes the account out of use in one
    answer = client.post(
        at("lostfound_user_change", student.pk), {"username": student.username, "language": "ko"}
    )
    assert answer.status_code == 302
    student.refresh_from_db()
    assert (student.is_staff, student.is_active) == (False, False)


def test_a_chief_cannot_raise_their_own_or_others_permissions(chief: User) -> None:
    client, student = signed_in(chief, "en"), make_user()
    mighty = Group.objects.create(name="mighty")
    mighty.permissions.add(Permission.objects.get(codename="delete_user"))
    every = list(Permission.objects.values_list("pk", flat=True))
    for person in (chief, student):
        change = at("lostfound_user_change", person.pk)
        answer = client.post(change, account(person, groups=[mighty.pk]))
        assert list(answer.context["adminform"].form.errors) == ["groups"]
        had = [group.pk for group in person.groups.all()]
        more = account(person, groups=had, is_superuser="on", user_permissions=every)
        assert client.post(change, more).status_code == 302
        person.refresh_from_db()
        assert not person.is_superuser and not person.user_permissions.exists()


@pytest.mark.parametrize("is_active", [True, False])
@pytest.mark.parametrize("above", ["superuser", "permission", "group"])
def test_a_chief_can_read_but_not_change_more_powerful_accounts(
    chief: User, above: str, is_active: bool
) -> None:
    other = make_user(is_staff=True, is_superuser=above == "superuser", is_active=is_active)
    more = Permission.objects.get(codename="delete_post")
    if above == "permission":
        other.user_permissions.add(more)
    if above == "group":
        group = Group.objects.create(name="mighty")
        group.permissions.add(more)
        other.groups.add(group)
    client = signed_in(chief, "en")
    change = at("lostfound_user_change", other.pk)
    assert client.get(change).status_code == 200
    assert client.post(change, account(other, email="mine@example.org")).status_code == 403
    password = at("auth_user_password_change", other.pk)
    assert client.get(password).status_code == 403
    other.refresh_from_db()
    assert other.email != "mine@example.org"


def test_the_clerk_of_the_demo_works_at_one_office() -> None:
    for _again in range(2):
        accounts = demo_accounts("a horse of battery staples")
    clerk = accounts["clerk"]
    assert clerk.is_staff and not clerk.is_superuser and clerk.office is not None
    assert [group.name for group in clerk.groups.all()] == [CLERKS]
    assert not any(accounts[name].is_staff for name in accounts if name not in ("clerk", "staff"))
