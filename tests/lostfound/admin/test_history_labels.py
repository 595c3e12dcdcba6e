"""The admin's history and deletion pages name fields and objects readably."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from lostfound.models import Post
from lostfound.services import edit_post
from tests.support.factories import FoundPostFactory, StaffFactory, UserFactory
from tests.support.items import make_clerk, make_item
from tests.support.web_client import page, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    return signed_in(StaffFactory.create(), "ko")


def posted(client: Client, post: Post, **changed: str) -> None:
    """Send the form of a post as its page has it, with changes."""
    address = reverse("admin:lostfound_post_change", args=[post.pk])
    context = client.get(address).context
    form = context["adminform"].form
    sent = {name: form[name].value() or "" for name in form.fields} | changed
    sent["happened_on"] = sent["initial-happened_on"] = str(post.happened_on)
    for inline in context["inline_admin_formsets"]:
        for field in inline.formset.management_form:
            sent[field.html_name] = field.value()
    assert client.post(address, sent).status_code == 302


def test_the_history_names_fields_in_korean(desk: Client) -> None:
    post = FoundPostFactory.create()
    posted(desk, post, title="남색 우산", shelf="C-3")
    entry = LogEntry.objects.get(object_id=str(post.pk))
    assert entry.get_change_message() == "제목 및 선반·보관함 변경"
    assert "제목 및 선반·보관함 변경" in page(
        desk.get(reverse("admin:lostfound_post_history", args=[post.pk]))
    )


def test_a_page_of_deletion_names_no_inner_rows(desk: Client) -> None:
    post = FoundPostFactory.create()
    posted(desk, post, title="남색 우산")
    text = page(desk.get(reverse("admin:lostfound_post_delete", args=[post.pk])))
    assert "남색 우산" in text and "edited" not in text


def test_a_matched_post_says_why_it_stays(desk: Client) -> None:
    post = FoundPostFactory.create(status=Post.Status.MATCHED)
    text = page(desk.get(reverse("admin:lostfound_post_delete", args=[post.pk])))
    assert "먼저 매칭을 취소해 주세요" in text


@pytest.mark.parametrize("year", ["0", "9999", "99999999999999999999", "x"])
@pytest.mark.parametrize(
    ("model", "field"),
    [
        ("lostfound_post", "created_at"),
        ("lostfound_accesslog", "at"),
        ("lostfound_notification", "created_at"),
        ("lostfound_user", "date_joined"),
        ("matching_match", "created_at"),
        ("matching_matchdecision", "at"),
        ("matching_possibleduplicate", "decided_at"),
        ("matching_matchingjob", "updated_at"),
    ],
)
def test_a_year_that_no_calendar_has_shows_all_rows(
    desk: Client, model: str, field: str, year: str
) -> None:
    address = reverse(f"admin:{model}_changelist")
    answer = desk.get(address, {f"{field}__year": year}, follow=True)
    assert answer.status_code == 200


def test_no_browser_puts_old_values_back_into_a_post(desk: Client) -> None:
    post = FoundPostFactory.create()
    text = desk.get(reverse("admin:lostfound_post_change", args=[post.pk])).content.decode()
    form = text[text.rindex("<form ", 0, text.index('id="post_form"')) :]
    assert form.startswith('<form autocomplete="off"')


def test_who_only_looks_is_offered_no_shelf() -> None:
    from django.contrib.auth.models import Permission

    viewer = UserFactory.create(is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_post"))
    FoundPostFactory.create()
    address = reverse("admin:lostfound_post_changelist")
    assert 'name="shelf"' not in signed_in(viewer, "ko").get(address).content.decode()
    assert 'name="shelf"' in signed_in(StaffFactory.create(), "ko").get(address).content.decode()


def test_the_history_says_from_what_to_what() -> None:
    item = make_item(hidden_facts="별")
    clerk = make_clerk(item.office)
    assert item.post is not None
    edit_post(item.post, actor=clerk, fields={"shelf": "B-3", "hidden_facts": "달\n해"})
    address = reverse("admin:lostfound_post_change", args=[item.post.pk])
    html = page(signed_in(clerk, "en").get(address))
    assert "A-12 → B-3" in html and "별 → 달 / 해" in html
