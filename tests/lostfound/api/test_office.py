"""The counter over the API: taking in, finding again, and nobody else at it."""

import pytest
from django.contrib.auth.models import Permission

from lostfound.models import Post, User
from tests.factories import OfficeFactory, StaffFactory, UserFactory
from tests.lostfound.api.device import Device, code_of, errors_of
from tests.lostfound.making import make_post, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter() -> Device:
    return Device(StaffFactory.create())


def test_a_thing_is_taken_in_with_shelf_and_hidden_facts(counter: Device) -> None:
    office = OfficeFactory.create()
    answer = counter.send_form(
        "office/posts/",
        {
            "title": "프라다 반지갑",
            "office": office.code,
            "shelf": "A-12",
            "hidden_facts": "프라다",
            "photos": [upload(1)],
        },
    )
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["kind"], body["shelf"], body["public_title"]) == ("found", "A-12", "… 반지갑")
    assert len(body["photos"]) == 1
    public = Device().get(f"things/{body['id']}/").json()
    assert public["title"] == "… 반지갑" and public["office"] == office.code
    assert not {"shelf", "hidden_facts", "description", "kept_note"} & public.keys()


def test_where_it_is_kept_is_asked_for(counter: Device) -> None:
    assert errors_of(counter.post("office/posts/", {"title": "우산"})) == {"office": ["required"]}


def test_things_are_found_again(counter: Device) -> None:
    here, there = make_post(title="하나 우산"), make_post(title="두 우산")
    counter.patch(f"office/posts/{here.public_id}/", {"shelf": "A-1"})
    counter.patch(f"office/posts/{there.public_id}/", {"shelf": "B-1"})
    listed = counter.get("office/posts/", shelf="A-1").json()["results"]
    assert [row["id"] for row in listed] == [str(here.public_id)]
    listed = counter.get("office/posts/", q="두 우산", kind="found").json()["results"]
    assert [row["id"] for row in listed] == [str(there.public_id)]
    assert errors_of(counter.get("office/posts/", status="eaten")) == {"status": ["invalid_choice"]}


def test_nobody_else_stands_at_the_counter() -> None:
    post = make_post()
    helper = UserFactory.create(is_staff=True)
    helper.user_permissions.add(Permission.objects.get(codename="view_post"))
    for user, reads in ((UserFactory.create(), 403), (helper, 200)):
        phone = Device(user)
        assert phone.get("office/posts/").status_code == reads
        assert phone.get(f"office/posts/{post.public_id}/").status_code == reads
        for refused in (
            phone.post("office/posts/", {"title": "우산", "kept_note": "여기"}),
            phone.patch(f"office/posts/{post.public_id}/", {"shelf": "A-1"}),
        ):
            assert code_of(refused, 403) == "permission_denied"
    assert Post.objects.count() == 1 and Post.objects.get().shelf == ""


def test_a_student_sends_no_office_facts(phone: Device, owner: User) -> None:
    body = {"kind": "found", "title": "우산", "kept_note": "여기"}
    office = {"shelf": "A-1", "hidden_facts": "별"}
    assert phone.post("posts/", {**body, **office}).status_code == 201
    assert (Post.objects.get().shelf, Post.objects.get().hidden_facts) == ("", "")
