"""The office over the API: taking in and looking up, for staff only."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission

from lostfound.models import Post, PostEvent, User
from tests.support.api_client import API, Device, code_of, errors_of
from tests.support.builders import make_post, upload
from tests.support.factories import OfficeFactory, StaffFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


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


def test_the_place_where_it_is_kept_is_required(counter: Device) -> None:
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
    assert errors_of(phone.post("posts/", {**body, **office})) == {
        name: ["unknown_field"] for name in office
    }
    assert not Post.objects.exists()


def test_photographs_of_any_post_are_ordered_and_removed(counter: Device) -> None:
    post = make_post(photos=3)
    first, second, third = [str(photo.public_id) for photo in post.photos.all()]
    path = f"office/posts/{post.public_id}/photos/"

    def put(photos: list[str]) -> Any:
        return counter.client.put(
            f"{API}/{path}order/",
            {"photos": photos},
            content_type="application/json",
            headers=counter.headers,
        )

    assert [row["id"] for row in put([third]).json()["photos"]] == [third, first, second]
    stranger = str(make_post(photos=1).photos.get().public_id)
    assert errors_of(put([stranger])) == {"photos": ["unknown"]}
    assert errors_of(put([])) == {"photos": ["min_length"]}
    assert counter.delete(f"{path}{third}/").status_code == 204
    assert code_of(counter.delete(f"{path}{third}/"), 404) == "not_found"
    left = counter.get(f"office/posts/{post.public_id}/").json()["photos"]
    assert [row["id"] for row in left] == [first, second]
    assert PostEvent.objects.filter(post=post, action="edited").count() == 2


def test_any_post_is_closed_and_opened_again(counter: Device) -> None:
    post = make_post(kind="lost")
    path = f"office/posts/{post.public_id}/"
    assert counter.post(f"{path}close/").json()["status"] == "closed"
    assert counter.post(f"{path}reopen/").json()["status"] == "open"
    assert counter.post(f"{path}reopen/").json()["status"] == "open"
    assert [event.action for event in post.events.order_by("pk")][1:] == ["closed", "reopened"]


def test_another_offices_thing_and_a_lesser_permission_are_refused() -> None:
    here, there = OfficeFactory.create(), OfficeFactory.create()
    post = make_post(photos=1, office=there)
    clerk = StaffFactory.create(is_superuser=False, office=here)
    helper = StaffFactory.create(is_superuser=False, office=there)
    for person, names in (
        (clerk, ("view_post", "add_post", "change_post")),
        (helper, ("view_post", "add_post")),  # takes things in, and changes none
    ):
        person.user_permissions.set(Permission.objects.filter(codename__in=names))
    photo = post.photos.get()
    for person in (clerk, helper):
        device = Device(person)
        path = f"office/posts/{post.public_id}/"
        for refused in (
            device.post(f"{path}close/"),
            device.post(f"{path}reopen/"),
            device.delete(f"{path}photos/{photo.public_id}/"),
        ):
            assert code_of(refused, 403) == "permission_denied"
    post.refresh_from_db()
    assert post.is_open and post.photos.count() == 1
