"""The office's own pages: intake, moving to a shelf, export and import."""

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lostfound.models import Category, Item, Office, Post, User
from lostfound.models.item_codes import new_code
from tests.support.builders import make_post, make_user, upload
from tests.support.factories import StaffFactory
from tests.support.web_client import page, signed_in

pytestmark = pytest.mark.django_db
INTAKE = "/admin/lostfound/post/intake/"
IMPORT = "/admin/lostfound/post/import/"
LIST = "/admin/lostfound/post/"


@pytest.fixture
def staff() -> User:
    return StaffFactory.create()


@pytest.fixture
def client(staff: User) -> Client:
    return signed_in(staff)


def thing(**values: Any) -> dict[str, Any]:
    office = Office.objects.order_by("pk")[0]
    return {"happened_on": "2026-03-02", "office": office.pk, "idempotency_key": "a" * 32, **values}


def test_a_thing_is_taken_in_with_little_more_than_a_photograph(
    client: Client, staff: User
) -> None:
    umbrella = Category.objects.get(code="umbrella")
    answer = client.post(
        INTAKE,
        thing(category=umbrella.pk, colour="black", shelf="A-12", photos=[upload(1)]),
        follow=True,
    )
    post = Post.objects.get()
    assert (post.author, post.kind, post.shelf) == (staff, "found", "A-12")
    assert post.title == f"검정 {umbrella.name_ko}" and post.photos.count() == 1
    form = answer.context["form"]
    # The next thing lies at the same counter and on the same shelf.
    assert form["shelf"].value() == "A-12"
    assert form["office"].value() == thing()["office"]
    assert form["idempotency_key"].value() != "a" * 32


def first_office(person: User) -> Any:
    return signed_in(person).get(INTAKE).context["form"]["office"].value()


def test_a_thing_lies_at_first_at_the_clerks_own_office(staff: User) -> None:
    offices = list(Office.objects.order_by("pk"))
    assert first_office(staff) is None
    # A session that begins anew remembers nothing; what was taken in before still tells.
    make_post(author=staff, office=offices[1])
    assert first_office(staff) == offices[1].pk
    staff.office = offices[0]
    staff.save()
    client = signed_in(staff)
    client.post(INTAKE, thing(title="우산", office=offices[1].pk))
    assert client.get(INTAKE).context["form"]["office"].value() == offices[0].pk


def test_where_there_is_one_office_things_lie_there(staff: User) -> None:
    only = Office.objects.order_by("pk")[0]
    Office.objects.exclude(pk=only.pk).update(is_active=False)
    assert first_office(staff) == only.pk


def test_the_page_after_a_thing_names_the_sending_whose_draft_is_done(client: Client) -> None:
    client.post(INTAKE, thing(title="우산"))
    text = page(client.get(INTAKE))
    assert f'data-draft-key="form-{"a" * 32}"' in text and 'data-draft="intake"' in text
    assert "data-draft-done" not in page(client.get(INTAKE))


def test_sent_twice_it_is_taken_in_once(client: Client) -> None:
    for _ in range(2):
        assert client.post(INTAKE, thing(title="긴 우산")).status_code == 302
    assert Post.objects.count() == 1


def test_missing_fields_are_reported_and_photographs_are_kept(client: Client) -> None:
    answer = client.post(INTAKE, thing(photos=[upload(1)], hidden_facts="안에 별 스티커"))
    text = page(answer)
    assert not Post.objects.exists()
    assert "분류를 고르거나" in text and "안에 별 스티커" in text and 'name="staged"' in text


def test_only_who_may_add_posts_takes_things_in() -> None:
    client = signed_in(make_user(is_staff=True))
    for path in (INTAKE, IMPORT):
        assert client.get(path).status_code == client.post(path, {}).status_code == 403
    assert client.get(f"{IMPORT}sample/").status_code == 403


def act(client: Client, action: str, *posts: Post, **values: str) -> list[tuple[str, str]]:
    """The messages after an action on posts, as (level, text)."""
    body = {"action": action, "_selected_action": [post.pk for post in posts], **values}
    answer = client.post(LIST, body, follow=True)
    return [(message.level_tag, str(message)) for message in answer.context["messages"]]


def test_chosen_things_move_to_a_shelf_and_lost_posts_are_named(client: Client) -> None:
    found = make_post(kind="found")
    lost = [make_post(kind="lost", title=f"모자 {number}") for number in range(2)]
    messages = act(client, "move_to_shelf", found, *lost, shelf=" B-3 ")
    found.refresh_from_db()
    assert found.shelf == "B-3" and found.events.filter(action="edited").exists()
    assert Item.objects.get().post == found
    assert [level for level, _ in messages] == ["success", "warning"]
    assert "B-3" in messages[0][1]
    assert "2" in messages[1][1] and all(
        f"{post.number} {post.title}" in messages[1][1] for post in lost
    )


@pytest.mark.parametrize("shelf", ["", "   ", "\u3164"])
def test_without_a_shelf_nothing_moves(client: Client, shelf: str) -> None:
    found = make_post(kind="found", shelf="A-1")
    messages = act(client, "move_to_shelf", found, shelf=shelf)
    found.refresh_from_db()
    assert found.shelf == "A-1" and [level for level, _ in messages] == ["error"]


def test_equal_refusals_are_one_line_with_their_number(staff: User) -> None:
    client = signed_in(staff, "en")
    posts = [make_post(title=f"umbrella {number}") for number in range(8)]
    Post.objects.filter(pk__in=[post.pk for post in posts[:6]]).update(status="matched")
    messages = act(client, "close_posts", *posts)
    assert [level for level, _ in messages] == ["success", "warning"]
    assert messages[0][1].startswith("2 posts") and messages[1][1].startswith("6 posts")
    assert messages[1][1].count("<li>") == 1 and "(6)" in messages[1][1] and "…" in messages[1][1]


def test_what_is_so_already_is_not_called_changed_meanwhile(staff: User) -> None:
    client = signed_in(staff, "en")
    opened, closed, returned = make_post(), make_post(), make_post()
    Post.objects.filter(pk=closed.pk).update(status="closed")
    Post.objects.filter(pk=returned.pk).update(status="returned")
    assert "Already open" in act(client, "reopen_posts", opened)[0][1]
    messages = act(client, "close_posts", closed, returned)
    assert "Already closed" in messages[0][1] and "Already returned to its owner" in messages[0][1]
    assert "has changed since" not in messages[0][1] and messages[0][1].startswith("2 posts")


def test_the_list_is_narrowed_by_shelf_and_age(client: Client) -> None:
    make_post(title="오래된 우산", happened_on="2020-01-01")
    make_post(title="선반 우산", shelf="A-12")
    assert "선반 우산" in page(client.get(LIST, {"shelf": "A-12"}))
    assert "오래된 우산" not in page(client.get(LIST, {"shelf": "A-12"}))
    assert "오래된 우산" in page(client.get(LIST, {"age": "old"}))
    assert "선반 우산" not in page(client.get(LIST, {"age": "old"}))
    assert "오래된 우산" in page(client.get(LIST, {"shelf": "-"}))
    assert client.get(LIST, {"q": "A-12"}).status_code == 200


def test_chosen_posts_go_out_as_a_file(client: Client) -> None:
    post = make_post(title="우산")
    chosen = {"action": "export_csv", "_selected_action": [post.pk], "reason": "재고 조사"}
    answer = client.post(LIST, chosen)
    assert "attachment" in answer.headers["Content-Disposition"]
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["번호"] for row in rows] == [post.number]


def looked_at(client: Client, content: str) -> Any:
    return client.post(IMPORT, {"file": SimpleUploadedFile("things.csv", content.encode())})


def test_a_file_is_looked_at_before_anything_is_saved(client: Client) -> None:
    content = "title,category,shelf,kept_note\n긴 우산,umbrella,A-1,벤치\n지갑,우주선,A-1,벤치\n"
    preview = looked_at(client, content)
    assert not Post.objects.exists() and "우주선" in page(preview)
    answer = client.post(IMPORT, {"content": preview.context["content"]})
    post = Post.objects.get()
    assert (post.title, post.shelf, post.kind) == ("긴 우산", "A-1", "found")
    assert "우주선" in page(answer)  # the row that was refused


def test_what_a_colleague_brought_in_is_named_before_and_left_out_after(client: Client) -> None:
    content = "제목,보관 메모\n긴 우산,벤치\n"
    colleague = signed_in(StaffFactory.create())
    colleague.post(IMPORT, {"content": looked_at(colleague, content).context["content"]})
    post = Post.objects.get()
    preview = looked_at(client, content + "장갑,벤치\n")
    assert (preview.context["fine"], preview.context["known"]) == (1, 1)
    assert f">{post.number}</a>" in page(preview)
    answer = client.post(IMPORT, {"content": preview.context["content"]}, follow=True)
    messages = [(message.level_tag, str(message)) for message in answer.context["messages"]]
    assert [level for level, _ in messages] == ["success", "info"]
    assert all("1" in text for _, text in messages) and Post.objects.count() == 2


def test_a_sample_file_can_be_fetched_and_brought_in(client: Client) -> None:
    sample = client.get(f"{IMPORT}sample/")
    content = b"".join(sample.streaming_content).decode()  # type: ignore[attr-defined]
    assert content.startswith("\ufeff제목,") and sample.headers["Content-Type"].startswith(
        "text/csv"
    )
    preview = looked_at(client, content)
    assert (preview.context["fine"], preview.context["known"]) == (2, 0)
    assert f"{IMPORT}sample/" in page(client.get(IMPORT))


def test_a_post_is_looked_up_by_its_number(client: Client) -> None:
    post, other = make_post(title="파란 우산"), make_post(title="빨간 우산")
    for number in (post.number, post.number.lower(), str(post.public_id)):
        listed = page(client.get(LIST, {"q": number}))
        assert post.title in listed and other.title not in listed
    assert post.number in page(client.get(f"{LIST}{post.pk}/change/"))


def test_a_preview_that_was_tampered_with_is_refused(client: Client) -> None:
    assert client.post(IMPORT, {"content": "title:abc"}).status_code == 200
    assert not Post.objects.exists()
    for upload_file in (None, SimpleUploadedFile("a.csv", b"\xff\xfe\x00\xd8")):
        answer = client.post(IMPORT, {"file": upload_file} if upload_file else {})
        assert answer.status_code == 200 and answer.context["problem"]


def test_finder_value_and_label_are_noted_at_intake(client: Client, staff: User) -> None:
    colleague = StaffFactory.create()
    code = new_code()
    noted = {
        **{"title": "금반지", "shelf": "금고 1", "code": code, "brought_note": "김습득"},
        **{"brought_contact": "010-1", "finder_rights": "kept", "value_band": "high"},
    }
    refused = client.post(INTAKE, thing(**noted))
    html = page(refused)
    assert not Post.objects.exists() and '<details class="office-more" open>' in html
    assert set(refused.context["form"].errors) == {"second_by", "seal_no"}
    sent = thing(**noted, seal_no="S-1", second_by=colleague.pk)
    answer = client.post(INTAKE, sent, follow=True)
    item = Item.objects.get()
    assert (item.code, item.brought_note, item.finder_rights, item.seal_no) == (
        *(code, "김습득"),
        *("kept", "S-1"),
    )
    assert item.shown_code in page(answer) and Post.objects.get().number in page(answer)
    receipt = page(client.get(f"/desk/items/{code}/finder/"))
    assert "김습득" in receipt and item.shown_code in receipt and "금반지" not in receipt
