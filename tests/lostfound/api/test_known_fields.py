"""Unknown fields are reported; read-only ones are ignored."""

from typing import Any

import pytest
from django.urls import get_resolver
from rest_framework import serializers

from lostfound.api.serializers.known_fields import KnownFieldsOnly
from lostfound.models import Post
from tests.support.api_client import Device, errors_of
from tests.support.builders import upload
from tests.support.factories import StaffFactory

pytestmark = pytest.mark.django_db

LOST = {"kind": "lost", "title": "우산"}


def message_of(answer: Any, field: str) -> str:
    return str(answer.json()["errors"][field][0]["message"])


@pytest.mark.parametrize(
    ("name", "meant"), [("colr", "colour"), ("titel", "title"), ("happend_on", "happened_on")]
)
def test_a_mistyped_name_gets_a_suggestion(phone: Device, name: str, meant: str) -> None:
    answer = phone.post("posts/", {**LOST, name: "x"})
    assert errors_of(answer) == {name: ["unknown_field"]}
    assert f"“{meant}”" in message_of(answer, name)
    assert not Post.objects.exists()


def test_a_photograph_under_a_wrong_name_is_not_lost_silently(phone: Device) -> None:
    answer = phone.send_form("posts/", {**LOST, "photo": upload(1)})
    assert errors_of(answer) == {"photo": ["unknown_field"]}
    assert "“photos”" in message_of(answer, "photo")


def test_what_is_missing_is_named_beside_it(phone: Device) -> None:
    answer = phone.post("posts/", {"kind": "lost", "titel": "우산"})
    assert errors_of(answer) == {"title": ["required"], "titel": ["unknown_field"]}


def test_changes_and_the_office_report_unknown_fields_too(phone: Device) -> None:
    path = f"posts/{phone.post('posts/', LOST).json()['id']}/"
    assert errors_of(phone.patch(path, {"colr": "blue"})) == {"colr": ["unknown_field"]}
    counter = Device(StaffFactory.create())
    fields = {"title": "우산", "kept_note": "선반", "shelve": "A-1"}
    assert errors_of(counter.post("office/posts/", fields)) == {"shelve": ["unknown_field"]}
    path = f"office/{path}"
    assert errors_of(counter.patch(path, {"hidden_fact": "별"})) == {
        "hidden_fact": ["unknown_field"]
    }


def test_an_app_may_send_back_what_it_has_read(phone: Device) -> None:
    made = phone.post("posts/", LOST).json()
    read = {**made, "happened_on": made["happened_on"], "title": "남색 우산"}
    answer = phone.patch(f"posts/{made['id']}/", read)
    assert answer.status_code == 200
    assert {**answer.json(), "updated_at": made["updated_at"]} == {**made, "title": "남색 우산"}


@pytest.mark.parametrize("other", ["found", "", None, ["lost"], {}])
def test_another_kind_is_refused_and_the_same_is_no_change(phone: Device, other: Any) -> None:
    path = f"posts/{phone.post('posts/', LOST).json()['id']}/"
    assert errors_of(phone.patch(path, {"kind": other, "title": "가방"})) == {"kind": ["fixed"]}
    assert Post.objects.get().title == "우산"
    assert phone.patch(path, {"kind": "lost", "title": "가방"}).json()["title"] == "가방"


def test_the_office_takes_in_found_things_and_they_stay_so() -> None:
    counter = Device(StaffFactory.create())
    fields = {"title": "우산", "kept_note": "선반"}
    refused = counter.post("office/posts/", {**fields, "kind": "lost"})
    assert errors_of(refused) == {"kind": ["fixed"]}
    made = counter.send_form("office/posts/", {**fields, "kind": "found"})
    assert made.status_code == 201
    path = made.headers["Location"]
    assert errors_of(counter.patch(path, {"kind": "lost"})) == {"kind": ["fixed"]}
    assert counter.patch(path, {"kind": "found", "shelf": "A-1"}).json()["shelf"] == "A-1"


def test_photographs_of_a_post_have_one_name_too(phone: Device) -> None:
    path = f"posts/{phone.post('posts/', LOST).json()['id']}/"
    answer = phone.send_form(f"{path}photos/", {"photos": upload(1), "photo": upload(2)})
    assert errors_of(answer) == {"photo": ["unknown_field"]}
    assert "“photos”" in message_of(answer, "photo")
    ordered = phone.send("put", f"{path}photos/order/", {"photo_ids": []})
    assert errors_of(ordered) == {"photos": ["required"], "photo_ids": ["unknown_field"]}


def test_how_a_person_is_spoken_to_has_names_too(phone: Device) -> None:
    assert errors_of(phone.patch("me/", {"lang": "ko"})) == {"lang": ["unknown_field"]}
    switches = {"kind": "suggested", "in_app": True, "by_email": True, "by_sms": True}
    answer = phone.send("put", "notifications/choices/", switches)
    assert errors_of(answer) == {"by_sms": ["unknown_field"]}
    read = phone.get("me/").json()
    assert phone.patch("me/", read).json() == read


def test_no_operation_reads_what_it_does_not_name() -> None:
    """Every request serializer of the API is based on it."""

    def below(kind: type[Any]) -> set[type[Any]]:
        return {kind}.union(*(below(one) for one in kind.__subclasses__()))

    get_resolver().url_patterns  # noqa: B018  (reads every module of the API)
    read = {
        kind
        for kind in below(serializers.BaseSerializer)
        if kind.__module__.startswith(("lostfound.", "matching.")) and kind.__name__.endswith("In")
    }
    assert {"PhotosIn", "IntakeWithPhotoIn", "MeIn"} <= {kind.__name__ for kind in read}
    assert {kind for kind in read if not issubclass(kind, KnownFieldsOnly)} == set()


@pytest.mark.parametrize("name", ["\ud800", "x" * 100_000, "a.b", ""])
def test_any_unknown_name_can_be_reported(phone: Device, name: str) -> None:
    answer = phone.post("posts/", {**LOST, name: "x"})
    assert list(errors_of(answer).values()) == [["unknown_field"]]
    assert len(answer.content) < 1000


def test_only_some_of_many_unknown_names_are_listed(phone: Device) -> None:
    answer = phone.post("posts/", {**LOST, **{f"field {number}": 1 for number in range(500)}})
    assert len(errors_of(answer)) == 10
