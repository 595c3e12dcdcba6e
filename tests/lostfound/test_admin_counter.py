"""The counter's own pages: taking in, moving to a shelf, files out and in."""

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lostfound.models import Category, Office, Post, User
from tests.factories import StaffFactory
from tests.lostfound.browsing import page, signed_in
from tests.lostfound.making import make_post, make_user, upload

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
    return {"happened_on": "2026-03-02", "office": office.pk, "sent_as": "a" * 32, **values}


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
    assert form["sent_as"].value() != "a" * 32


def test_sent_twice_it_is_taken_in_once(client: Client) -> None:
    for _ in range(2):
        assert client.post(INTAKE, thing(title="긴 우산")).status_code == 302
    assert Post.objects.count() == 1


def test_what_is_missing_is_said_and_photographs_are_kept(client: Client) -> None:
    answer = client.post(INTAKE, thing(photos=[upload(1)], hidden_facts="안에 별 스티커"))
    text = page(answer)
    assert not Post.objects.exists()
    assert "분류를 고르거나" in text and "안에 별 스티커" in text and 'name="staged"' in text


def test_only_who_may_add_posts_takes_things_in() -> None:
    client = signed_in(make_user(is_staff=True))
    for path in (INTAKE, IMPORT):
        assert client.get(path).status_code == client.post(path, {}).status_code == 403


def test_chosen_things_move_to_a_shelf(client: Client) -> None:
    found, lost = make_post(kind="found"), make_post(kind="lost")
    body = {"action": "move_to_shelf", "shelf": "B-3", "_selected_action": [found.pk, lost.pk]}
    client.post(LIST, body)
    found.refresh_from_db()
    lost.refresh_from_db()
    assert (found.shelf, lost.shelf) == ("B-3", "")
    assert found.events.filter(action="edited").exists()


def test_the_list_is_narrowed_by_shelf_and_age(client: Client) -> None:
    make_post(title="오래된 우산", happened_on="2020-01-01")
    here = make_post(title="선반 우산")
    Post.objects.filter(pk=here.pk).update(shelf="A-12")
    assert "선반 우산" in page(client.get(LIST, {"shelf": "A-12"}))
    assert "오래된 우산" not in page(client.get(LIST, {"shelf": "A-12"}))
    assert "오래된 우산" in page(client.get(LIST, {"age": "old"}))
    assert "선반 우산" not in page(client.get(LIST, {"age": "old"}))
    assert "오래된 우산" in page(client.get(LIST, {"shelf": "-"}))
    assert client.get(LIST, {"q": "A-12"}).status_code == 200


def test_chosen_posts_go_out_as_a_file(client: Client) -> None:
    post = make_post(title="우산")
    answer = client.post(LIST, {"action": "export_csv", "_selected_action": [post.pk]})
    assert "attachment" in answer.headers["Content-Disposition"]
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["number"] for row in rows] == [str(post.public_id)]


def test_a_file_is_looked_at_before_anything_is_saved(client: Client) -> None:
    content = "title,category,shelf\n긴 우산,umbrella,A-1\n지갑,우주선,A-1\n".encode()
    preview = client.post(IMPORT, {"file": SimpleUploadedFile("things.csv", content)})
    assert not Post.objects.exists() and "우주선" in page(preview)
    answer = client.post(IMPORT, {"content": preview.context["content"]})
    post = Post.objects.get()
    assert (post.title, post.shelf, post.kind) == ("긴 우산", "A-1", "found")
    assert "우주선" in page(answer)  # the row that was refused


def test_a_preview_that_was_tampered_with_is_refused(client: Client) -> None:
    assert client.post(IMPORT, {"content": "title:abc"}).status_code == 200
    assert not Post.objects.exists()
    for upload_file in (None, SimpleUploadedFile("a.csv", b"\xff\xfe\x00\xd8")):
        answer = client.post(IMPORT, {"file": upload_file} if upload_file else {})
        assert answer.status_code == 200 and answer.context["problem"]
