"""Two people editing one post: both changes are kept, and conflicts are shown."""

from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from lostfound.models import Category, Office, Post, User
from lostfound.services import EditConflict, change_status, edit_post
from lostfound.services.edit_conflicts import edit_version_of
from lostfound.services.post_fields import EDITABLE_FIELDS
from tests.support.builders import make_post, make_user, upload
from tests.support.web_client import page, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> User:
    return make_user(username="colleague", is_staff=True, is_superuser=True)


@pytest.fixture
def client() -> Client:
    return signed_in(make_user(is_staff=True, is_superuser=True), "en")


class Fields(HTMLParser):
    """What a browser would send from an untouched page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.sent: dict[str, Any] = {}
        self.select = self.area = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = dict(attrs)
        name, value, kind = of.get("name") or "", of.get("value") or "", of.get("type")
        if tag == "select":
            self.select = name
        elif tag == "option" and "selected" in of and self.select:
            self.sent[self.select] = value
        elif tag == "textarea":
            self.area = name
            self.sent[name] = ""
        elif tag == "input" and name and kind not in ("submit", "file"):
            is_box = kind in ("checkbox", "radio")
            self.sent |= {} if is_box and "checked" not in of else {name: value}

    def handle_endtag(self, tag: str) -> None:
        if tag in ("select", "textarea"):
            self.select = self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            # A browser drops the first line break of a text, and sends \r\n.
            first = not self.sent[self.area]
            self.sent[self.area] += data.removeprefix("\n") if first else data


def opened(client: Client, url: str) -> dict[str, Any]:
    answer = client.get(url)
    assert answer.status_code == 200
    return sent_by(answer)


def sent_by(answer: Any) -> dict[str, Any]:
    sent = Fields(page(answer)).sent
    return {
        name: value.replace("\n", "\r\n")
        for name, value in sent.items()
        if not name.startswith(("_", "csrf", "events-__", "photos-__"))
    }


def desk(post: Post) -> str:
    return reverse("admin:lostfound_post_change", args=[post.pk])


def own(post: Post) -> str:
    return reverse("lostfound:edit_post", args=[post.public_id])


def read(post: Post) -> Post:
    return Post.objects.get(pk=post.pk)


# --- The office ---


def test_what_a_colleague_changed_elsewhere_in_a_post_stays(client: Client, clerk: User) -> None:
    post = make_post(shelf="A-1", hidden_facts="별", description="하나\n둘", colour="black")
    before = opened(client, desk(post))
    office = Office.objects.first()
    changes = {"shelf": "D-7", "hidden_facts": "달", "office": office, "colour": ""}
    edit_post(post, actor=clerk, fields=changes, add_photos=[upload(1)])
    answer = client.post(desk(post), {**before, "description": "하나\r\n셋"})
    assert answer.status_code == 302
    now = read(post)
    assert (now.shelf, now.hidden_facts, now.office, now.colour) == ("D-7", "달", office, "")
    assert now.description == "하나\n셋" and now.photos.count() == 1
    event = now.events.first()
    assert event is not None and event.detail["fields"] == ["description"]
    assert "shelf" not in LogEntry.objects.latest("pk").change_message.lower()


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("shelf", "D-7", "E-8"),
        ("hidden_facts", "달\n해", "별\n해"),
        ("title", "우산 둘", "우산 셋"),
    ],
)
def test_a_conflict_is_shown_and_saved_when_sent_again(
    client: Client, clerk: User, name: str, first: str, second: str
) -> None:
    post = make_post(shelf="A-1", hidden_facts="별", place_note="2층")
    before = opened(client, desk(post))
    edit_post(post, actor=clerk, fields={name: first, "place_note": "3층"})
    response = client.post(desk(post), {**before, name: second, "kept_note": "금고"})
    assert response.status_code == 200 and getattr(read(post), name) == first
    message = str(response.context["adminform"].form.errors[name])
    assert "colleague" in message and first.split()[0] in message
    assert "Edited:" in page(response)  # its history tells of it, too
    assert 'name="photos-MAX_NUM_FORMS" value="0"' in page(response)  # none is added here
    again = sent_by(response)
    assert again[name] == second.replace("\n", "\r\n") and again["kept_note"] == "금고"
    assert again["place_note"] == "3층"  # nobody touched it here
    assert client.post(desk(post), again).status_code == 302
    now = read(post)
    assert (getattr(now, name), now.kept_note, now.place_note) == (second, "금고", "3층")


def test_equal_changes_are_no_conflict(client: Client, clerk: User) -> None:
    post, category = make_post(), Category.objects.get(code="umbrella")
    before = opened(client, desk(post))
    edit_post(post, actor=clerk, fields={"category": category})
    sent = {**before, "category": category.pk, "title": "우산 둘"}
    assert client.post(desk(post), sent).status_code == 302
    assert (read(post).category, read(post).title) == (category, "우산 둘")


def test_what_was_emptied_meanwhile_says_so(client: Client, clerk: User) -> None:
    post = make_post(category=Category.objects.get(code="umbrella"))
    before = opened(client, desk(post))
    edit_post(post, actor=clerk, fields={"category": None})
    wallet = Category.objects.exclude(code="umbrella")[0]
    response = client.post(desk(post), {**before, "category": wallet.pk})
    assert "nothing" in str(response.context["adminform"].form.errors["category"])
    assert sent_by(response)["category"] == str(wallet.pk)


def test_photographs_that_came_and_went_meanwhile_stay_so(client: Client, clerk: User) -> None:
    post = make_post(photos=2)
    gone, stays = post.photos.all()
    before = opened(client, desk(post))
    edit_post(post, actor=clerk, fields={}, remove_photos=[gone], add_photos=[upload(5)])
    sent = {**before, "title": "우산 둘", "photos-1-DELETE": "on"}
    assert client.post(desk(post), sent).status_code == 302
    now = read(post)
    assert now.title == "우산 둘"
    assert now.photos.count() == 1 and stays not in now.photos.all()


def test_what_a_post_that_moved_on_no_longer_takes_is_named(client: Client) -> None:
    post = make_post(description="하나")
    before = opened(client, desk(post))
    change_status(post, "matched", actor=None, action="matched")
    response = client.post(
        desk(post), {**before, "description": "손잡이에 금", "kept_note": "금고"}
    )
    assert response.status_code == 200 and "손잡이에 금" in page(response)
    assert read(post).kept_note == ""
    assert client.post(desk(post), sent_by(response)).status_code == 302
    assert (read(post).kept_note, read(post).description) == ("금고", "하나")


def test_another_mistake_on_the_page_forgets_nothing(client: Client, clerk: User) -> None:
    post = make_post(shelf="A-1")
    before = opened(client, desk(post))
    edit_post(post, actor=clerk, fields={"shelf": "D-7"})
    wrong = client.post(desk(post), {**before, "title": "", "kept_note": "금고"})
    assert wrong.status_code == 200
    assert client.post(desk(post), {**sent_by(wrong), "title": "우산"}).status_code == 302
    assert (read(post).shelf, read(post).kept_note) == ("D-7", "금고")


# --- The author ---


def test_an_author_and_the_office_change_one_post(clerk: User) -> None:
    post = make_post(kept_note="집", description="하나", shelf="A-1")
    client = signed_in(post.author, "en")
    before = opened(client, own(post))
    edit_post(post, actor=clerk, fields={"shelf": "D-7", "colour": "blue", "kept_note": "금고"})
    saved = client.post(own(post), {**before, "description": "둘"}, follow=True)
    assert f'data-arrived="{post.public_id} {before["version"]}"' in page(saved)
    now = read(post)
    assert (now.description, now.colour, now.kept_note) == ("둘", "blue", "금고")
    assert now.shelf == "D-7"


def test_two_windows_of_an_author(clerk: User) -> None:
    post = make_post(kind="lost")
    client = signed_in(post.author, "en")
    before = opened(client, own(post))
    edit_post(post, actor=post.author, fields={"title": "우산 둘", "place_note": "3층"})
    response = client.post(own(post), {**before, "title": "우산 셋", "description": "금이 갔어요"})
    message = str(response.context["form"].errors["title"])
    assert "another window" in message and "우산 둘" in message and read(post).title == "우산 둘"
    again = sent_by(response)
    assert (again["title"], again["place_note"]) == ("우산 셋", "3층")
    assert f'data-version="{again["version"]}"' in page(response)
    edit_post(post, actor=clerk, fields={"title": "우산 넷"})  # and once more
    response = client.post(own(post), again)
    assert "the office" in page(response) and "colleague" not in page(response)
    assert client.post(own(post), sent_by(response)).status_code == 302
    now = read(post)
    assert (now.title, now.description, now.place_note) == ("우산 셋", "금이 갔어요", "3층")


def test_an_authors_photographs_survive_a_conflict() -> None:
    post = make_post(kind="lost", photos=2)
    one, two = post.photos.all()
    client = signed_in(post.author)
    before = opened(client, own(post))
    numbers = [str(one.public_id), str(two.public_id)]
    edit_post(post, actor=post.author, fields={"title": "가"}, photo_order=[two, one])
    sent = {**before, "title": "나", "photos": [upload(6)], "photo_order": [*numbers, "new"]}
    response = client.post(own(post), sent)
    assert len(response.context["form"].staged) == 1
    assert response.context["form"].photos_now == [two, one]  # nobody moved them here
    again = {**sent_by(response), "photo_order": [str(two.public_id), str(one.public_id)]}
    assert client.post(own(post), again).status_code == 302
    assert list(post.photos.all())[:2] == [two, one] and post.photos.count() == 3


@pytest.mark.parametrize("has_script", [True, False])
def test_photographs_that_others_moved_or_removed_stay_so(has_script: bool) -> None:
    post = make_post(kind="lost", photos=3)
    one, two, three = post.photos.all()
    client = signed_in(post.author)
    before = opened(client, own(post))
    edit_post(
        post,
        actor=post.author,
        fields={},
        photo_order=[three, two],
        remove_photos=[one],
        add_photos=[upload(6)],
    )
    order = [str(photo.public_id) for photo in (one, two, three)]
    sent = {**before, "title": "나", "first_photo": order[0]}
    if has_script:
        sent |= {"photo_order": order}
    assert client.post(own(post), sent).status_code == 302
    assert list(post.photos.all())[:2] == [three, two] and post.photos.count() == 3
    assert client.post(own(post), {**sent, "remove_photos": [order[0]]}).status_code == 302
    assert post.photos.count() == 3


def test_photographs_that_the_person_moved_are_moved() -> None:
    post = make_post(kind="lost", photos=3)
    one, two, three = post.photos.all()
    client = signed_in(post.author)
    order = [str(photo.public_id) for photo in (three, one)]
    sent = {**opened(client, own(post)), "photo_order": order, "remove_photos": str(two.public_id)}
    assert client.post(own(post), sent).status_code == 302
    assert list(post.photos.all()) == [three, one]


def test_what_a_matched_post_no_longer_takes_is_named_to_its_author() -> None:
    post = make_post(kept_note="집")
    client = signed_in(post.author)
    before = opened(client, own(post))
    change_status(post, "matched", actor=None, action="matched")
    response = client.post(own(post), {**before, "description": "손잡이에 금"})
    assert response.status_code == 200 and "손잡이에 금" in page(response)
    assert client.post(own(post), sent_by(response)).status_code == 302


# --- The service ---


def test_the_lock_decides_and_not_the_page(clerk: User) -> None:
    """Of two valid concurrent submissions, the second is refused."""
    post = make_post()
    edit_version = edit_version_of(post, EDITABLE_FIELDS)
    edit_post(post, actor=clerk, fields={"title": "가", "colour": "blue"}, seen=edit_version)
    with pytest.raises(EditConflict) as refused:
        edit_post(post, actor=clerk, fields={"title": "나", "colour": ""}, seen=edit_version)
    assert set(refused.value.error_dict) == {"title"} and refused.value.own == {"title"}
    assert (read(post).title, read(post).colour) == ("가", "blue")


def test_a_mark_tells_nothing_of_what_is_not_named() -> None:
    post = make_post()
    edit_version = edit_version_of(post, ("title",))
    edit_post(post, actor=post.author, fields={"hidden_facts": "별"})
    assert edit_version_of(read(post), ("title",)) == edit_version


@pytest.mark.parametrize(
    "edit_version", ["", "nonsense", ";:;", "title", "2026-03-01T10:00:00+09:00"]
)
def test_a_page_without_a_mark_that_can_be_read_saves_all_it_sends(edit_version: str) -> None:
    post = make_post(kind="lost")
    client = signed_in(post.author)
    sent = {**opened(client, own(post)), "title": "가", "version": edit_version}
    assert client.post(own(post), sent).status_code == 302
    assert read(post).title == "가"
