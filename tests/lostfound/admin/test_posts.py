"""Posts in the admin: who gets in, what it shows, and that it writes through services only."""

import re
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from lostfound.models import Building, Category, Notification, Office, Photo, Post, User
from lostfound.services import change_status, edit_post
from tests.support.builders import files_below, make_category, make_post, make_user
from tests.support.web_client import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def chief() -> User:
    return make_user(is_staff=True, is_superuser=True)


@pytest.fixture
def office(chief: User) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(chief, BACKEND)
    return client


def url(model: str, page: str, *args: Any) -> str:
    return reverse(f"admin:lostfound_{model}_{page}", args=args)


def form_of(post: Post, **changes: Any) -> dict[str, Any]:
    """What a browser sends from the change page."""
    photos = list(post.photos.all())
    return {
        "title": post.title,
        "description": post.description,
        "category": post.category_id or "",
        "colour": post.colour,
        "building": post.building_id or "",
        "place_note": post.place_note,
        "happened_on": str(post.happened_on or ""),
        "office": post.office_id or "",
        "kept_note": post.kept_note,
        "photos-TOTAL_FORMS": len(photos),
        "photos-INITIAL_FORMS": len(photos),
        "events-TOTAL_FORMS": 0,
        "events-INITIAL_FORMS": 0,
        **{f"photos-{n}-id": photo.pk for n, photo in enumerate(photos)},
        **{f"photos-{n}-post": post.pk for n in range(len(photos))},
        **changes,
    }


def messages_of(response: Any) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def test_stranger_is_sent_to_the_common_sign_in() -> None:
    response = Client().get("/admin/login/?next=/admin/")
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))
    assert "next=%2Fadmin%2F" in response["Location"]


def test_student_does_not_get_in() -> None:
    client = Client()
    client.force_login(make_user(), BACKEND)
    assert client.get("/admin/login/").status_code == 403
    assert client.get(url("post", "changelist")).status_code == 302


def test_staff_without_permissions_see_no_posts() -> None:
    client = Client()
    client.force_login(make_user(is_staff=True), BACKEND)
    assert client.get("/admin/").status_code == 200
    assert client.get(url("post", "changelist")).status_code == 403


class Inline(HTMLParser):
    """Collects what a strict content security policy would block."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        is_data = names.get("type") in ("application/json",)
        if tag == "style" or (tag == "script" and "src" not in names and not is_data):
            self.found.append(tag)
        self.found += [name for name in names if name == "style" or name.startswith("on")]


@pytest.mark.parametrize("page", ["changelist", "change", "history", "add", "delete"])
def test_every_page_holds_under_the_policy(page: str, office: Client) -> None:
    post = make_post(photos=2, category=make_category())
    notification = Notification.objects.create(user=post.author, post=post, kind="match_confirmed")
    rows = {
        "post": post.pk,
        "family": Category.objects.get(code="umbrella").family_id,
        "category": Category.objects.get(code="umbrella").pk,
        "zone": Building.objects.get(code="gymnasium").zone_id,
        "building": Building.objects.get(code="gymnasium").pk,
        "office": Office.objects.get(code="gate_office").pk,
        "user": post.author_id,
        "notification": notification.pk,
    }
    if page in ("add", "delete"):
        del rows["notification"]
    of_row = page not in ("changelist", "add")
    pages = [url(model, page, *([pk] if of_row else [])) for model, pk in rows.items()]
    for address in ("/admin/", *pages):
        response = office.get(address)
        assert response.status_code == 200, address
        assert "unsafe" not in response["Content-Security-Policy"]
        parser = Inline()
        parser.feed(response.content.decode())
        assert parser.found == [], address


def test_titles_are_in_the_readers_language(office: Client) -> None:
    assert b"Campus lost and found: office" in office.get("/admin/").content


def test_photos_come_through_the_view_that_checks(office: Client) -> None:
    post = make_post(photos=2)
    page = office.get(url("post", "change", post.pk)).content.decode()
    for photo in post.photos.all():
        assert f'src="{photo.thumbnail_url}"' in page
        assert f'href="{photo.full_url}"' in page
    assert "/media/" not in page
    assert (
        post.photos.all()[0].thumbnail_url in office.get(url("post", "changelist")).content.decode()
    )


def test_status_cannot_be_typed(office: Client) -> None:
    post = make_post()
    response = office.post(url("post", "change", post.pk), form_of(post, status="returned"))
    assert response.status_code == 302
    post.refresh_from_db()
    assert post.status == "open"


def test_edit_is_masked_and_recorded(office: Client, chief: User) -> None:
    post = make_post()
    sent = form_of(post, title="카드 900101-1234567", description="900101-1234567")
    assert office.post(url("post", "change", post.pk), sent).status_code == 302
    post.refresh_from_db()
    assert (post.title, post.description) == ("카드 90****-*******", "90****-*******")
    event = post.events.first()
    assert event is not None
    assert (event.actor, event.action) == (chief, "edited")
    assert event.detail["fields"] == ["title", "description"]
    assert "1234567" not in str(list(LogEntry.objects.values()))


def test_staff_write_down_a_found_thing(office: Client, chief: User) -> None:
    student = make_user()
    sent = {
        "kind": "found",
        "author": student.pk,
        "title": "우산 900101-1234567",
        "happened_on": "2026-01-02",
        "office": Office.objects.get(code="gate_office").pk,
        "photos-TOTAL_FORMS": 0,
        "photos-INITIAL_FORMS": 0,
        "events-TOTAL_FORMS": 0,
        "events-INITIAL_FORMS": 0,
    }
    response = office.post(url("post", "add"), sent)
    assert response.status_code == 302, response.context["errors"]
    post = Post.objects.get()
    assert (post.author, post.title) == (student, "우산 90****-*******")
    assert post.events.get().actor == chief
    assert LogEntry.objects.get().object_id == str(post.pk)
    assert "1234567" not in str(list(LogEntry.objects.values()))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title": ""}, "required"),
        ({"title": "x" * 101}, "100"),
        ({"title": "a\x00b"}, "Null"),
        ({"happened_on": "2999-01-01"}, "future"),
        ({"happened_on": "yesterday"}, "valid date"),
        ({"category": "987654"}, "valid choice"),
        ({"description": "x" * 5001}, "5000"),
    ],
)
def test_bad_field_is_named_and_nothing_saved(
    office: Client, change: dict[str, str], message: str
) -> None:
    post = make_post()
    response = office.post(url("post", "change", post.pk), form_of(post, **change))
    assert response.status_code == 200
    assert message in str(response.context["errors"])
    assert post.events.count() == 1


def test_photo_can_be_taken_away(
    office: Client,
    media: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    post = make_post(photos=2)
    sent = form_of(post) | {"photos-0-DELETE": "on"}
    gone = post.photos.all()[0]
    with django_capture_on_commit_callbacks(execute=True):
        assert office.post(url("post", "change", post.pk), sent).status_code == 302
    assert not Photo.objects.filter(pk=gone.pk).exists()
    assert len(files_below(media)) == 2
    event = post.events.first()
    assert event is not None
    assert event.detail["photos_removed"] == 1


def test_matched_post_shows_its_words_and_moves_only(office: Client) -> None:
    post = make_post()
    change_status(post, "matched", actor=None, action="matched")
    sent = form_of(post, title="other", kept_note="선반 3")
    assert office.post(url("post", "change", post.pk), sent).status_code == 302
    post.refresh_from_db()
    assert (post.title, post.kept_note) == ("파란 우산", "선반 3")


def test_errors_of_the_service_are_shown(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    post = make_post()

    def late(target: Post, **values: Any) -> bool:
        change_status(Post.objects.get(pk=target.pk), "closed", actor=None, action="closed")
        return edit_post(target, **values)

    monkeypatch.setattr("lostfound.admin.posts.edit_post", late)
    response = office.post(url("post", "change", post.pk), form_of(post, title="late"))
    assert "Only an open post" in str(response.context["errors"])
    assert 'value="late"' in response.content.decode()
    post.refresh_from_db()
    assert post.title == "파란 우산"


def run_action(client: Client, action: str, *posts: Post) -> Any:
    sent = {"action": action, "_selected_action": [post.pk for post in posts], "post": "yes"}
    return client.post(url("post", "changelist"), sent, follow=True)


def test_actions_close_and_reopen_with_record(office: Client, chief: User) -> None:
    first, second = make_post(), make_post()
    change_status(second, "closed", actor=None, action="closed")
    response = run_action(office, "close_posts", first, second)
    assert "1 post was changed" in messages_of(response)
    assert "Already closed" in messages_of(response)
    assert first.events.get(action="closed").actor == chief
    run_action(office, "reopen_posts", first, second)
    assert set(Post.objects.values_list("status", flat=True)) == {"open"}


def test_actions_need_the_permission() -> None:
    viewer = make_user(is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_post"))
    client = Client()
    client.force_login(viewer, BACKEND)
    post = make_post(photos=1)
    run_action(client, "close_posts", post)
    run_action(client, "delete_selected", post)
    assert client.post(url("post", "change", post.pk), form_of(post)).status_code == 403
    post.refresh_from_db()
    assert post.status == "open"


def test_delete_takes_files_even_where_messages_are_read_only(
    media: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    clerk = make_user(is_staff=True)
    clerk.user_permissions.set(
        Permission.objects.filter(codename__in=["view_post", "delete_post", "change_post"])
    )
    client = Client()
    client.force_login(clerk, BACKEND)
    one, two = make_post(photos=1), make_post(photos=1)
    Notification.objects.create(user=one.author, post=one, kind="match_confirmed")
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("post", "delete", one.pk), {"post": "yes"})
        run_action(client, "delete_selected", two)
    assert not Post.objects.exists()
    assert files_below(media) == []


def test_matched_post_and_its_author_are_protected(office: Client) -> None:
    post = make_post()
    change_status(post, "matched", actor=None, action="matched")
    office.post(url("post", "delete", post.pk), {"post": "yes"})
    run_action(office, "delete_selected", post)
    office.post(url("user", "delete", post.author_id), {"post": "yes"})
    assert Post.objects.filter(pk=post.pk).exists()


def test_user_is_deleted_with_files(
    office: Client,
    media: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    post = make_post(photos=1)
    with django_capture_on_commit_callbacks(execute=True):
        office.post(url("user", "delete", post.author_id), {"post": "yes"})
    assert not User.objects.filter(pk=post.author_id).exists()
    assert files_below(media) == []


def test_messages_are_read_only(office: Client) -> None:
    post = make_post()
    row = Notification.objects.create(user=post.author, post=post, kind="match_confirmed")
    assert office.get(url("notification", "add")).status_code == 403
    assert office.post(url("notification", "change", row.pk), {"kind": "x"}).status_code == 403
    assert office.post(url("notification", "delete", row.pk), {"post": "yes"}).status_code == 403


def test_synonyms_are_a_line_of_words(office: Client) -> None:
    umbrella = Category.objects.get(code="umbrella")
    umbrella.synonyms_ko = ["장우산", "양산"]
    umbrella.save()
    page = office.get(url("category", "change", umbrella.pk)).content.decode()
    assert 'value="장우산, 양산"' in page
    sent = {
        "name_ko": "큰 우산",
        "name_en": "Umbrella",
        "position": umbrella.position,
        "is_active": "on",
        "family": umbrella.family_id,
        "synonyms_ko": "장우산, ,  파라솔 ,",
        "synonyms_en": "",
        "police_class": "PRZ",
        "code": "hacked",
    }
    assert office.post(url("category", "change", umbrella.pk), sent).status_code == 302
    umbrella.refresh_from_db()
    assert (umbrella.code, umbrella.name_ko) == ("umbrella", "큰 우산")
    assert (umbrella.synonyms_ko, umbrella.synonyms_en) == (["장우산", "파라솔"], [])


def test_filters_and_search(office: Client) -> None:
    umbrella = Category.objects.get(code="umbrella")
    wanted = make_post(title="특별한 것", category=umbrella)
    make_post(kind="lost", title="other")
    for query in (
        "q=특별한",
        f"q={wanted.author.username}",
        "kind__exact=found",
        f"category__id__exact={umbrella.pk}",
        f"category__family__id__exact={umbrella.family_id}",
    ):
        response = office.get(url("post", "changelist") + "?" + query)
        assert list(response.context["cl"].queryset) == [wanted], query


def test_list_takes_a_constant_number_of_queries(
    office: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_post(photos=1, category=make_category())
    page = url("post", "changelist")
    office.get(page)
    with CaptureQueriesContext(connection) as one:
        office.get(page)
    for _ in range(5):
        make_post(photos=2, category=make_category())
    with django_assert_num_queries(len(one)):
        office.get(page)


def test_language_of_a_user_can_be_set(office: Client) -> None:
    page = office.get(url("user", "change", make_user().pk)).content.decode()
    assert re.search(r'name="language"', page)


@pytest.mark.parametrize("page", ["post", "building", "category", "office", "notification"])
def test_a_filter_with_a_number_that_is_no_key_shows_everything(page: str) -> None:
    desk = signed_in(make_user(is_staff=True, is_superuser=True), "en")
    address = reverse(f"admin:lostfound_{page}_changelist")
    for name in ("office", "family", "zone", "building__zone", "category"):
        answer = desk.get(address, {f"{name}__id__exact": "9" * 30}, follow=True)
        assert answer.status_code == 200
        answer = desk.get(address, {name: "9" * 30}, follow=True)
        assert answer.status_code == 200


# --- The day of a loss ---


def written(kind: str, **changes: Any) -> dict[str, Any]:
    """What a browser sends from the page for a new post."""
    return {
        **{"kind": kind, "title": "검은 우산", "kept_note": "desk" if kind == "found" else ""},
        **{"photos-TOTAL_FORMS": 0, "photos-INITIAL_FORMS": 0},
        **{"events-TOTAL_FORMS": 0, "events-INITIAL_FORMS": 0},
        **changes,
    }


def ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


@pytest.mark.parametrize(
    ("kind", "sent", "days"),
    [
        ("lost", {}, (None, None)),
        ("lost", {"happened_on": ago(5)}, (ago(5), None)),
        ("lost", {"happened_on": ago(5), "happened_until": ago(2)}, (ago(5), ago(2))),
        ("found", {}, (ago(0), None)),
        ("found", {"happened_on": ago(5), "happened_until": ago(2)}, (ago(5), None)),
    ],
)
def test_the_office_writes_down_what_is_known_of_a_day(
    office: Client, chief: User, kind: str, sent: dict[str, Any], days: tuple[Any, Any]
) -> None:
    page = office.get(url("post", "add"))
    assert page.context["adminform"].form["happened_on"].value() is None  # nothing is assumed
    response = office.post(url("post", "add"), written(kind, author=chief.pk, **sent))
    assert response.status_code == 302, response.context["errors"]
    post = Post.objects.get()
    assert (post.happened_on, post.happened_until) == days
    listed = office.get(url("post", "changelist"))
    assert listed.status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        {"happened_until": ago(2)},
        {"happened_on": ago(2), "happened_until": ago(5)},
        {"happened_on": ago(2), "happened_until": ago(-1)},
    ],
)
def test_days_that_cannot_be_are_shown_as_errors(
    office: Client, chief: User, sent: dict[str, Any]
) -> None:
    response = office.post(url("post", "add"), written("lost", author=chief.pk, **sent))
    assert response.status_code == 200
    assert response.context["errors"]
    assert not Post.objects.exists()


def test_the_office_corrects_the_days_of_a_loss(office: Client) -> None:
    post = make_post(kind="lost", happened_on=ago(5), happened_until=ago(2))
    changed = form_of(post, happened_on=ago(5), happened_until="")
    assert office.post(url("post", "change", post.pk), changed).status_code == 302
    post.refresh_from_db()
    assert (post.happened_on, post.happened_until) == (ago(5), None)
    found = make_post(kind="found", kept_note="desk")
    page = office.get(url("post", "change", found.pk))
    assert "happened_until" not in page.context["adminform"].form.fields
