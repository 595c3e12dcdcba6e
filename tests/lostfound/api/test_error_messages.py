"""Errors are in the reader's language, in our own words, and say what to do."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings
from rest_framework import serializers
from rest_framework.fields import Field

from lostfound.api.error_messages import FIELD_WORDS
from lostfound.models import User
from tests.support.api_client import API, Device, code_of, errors_of
from tests.support.builders import make_post

pytestmark = pytest.mark.django_db

JSON = "application/json"
FORM = "multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\n\xff\r\n--x--\r\n'


def send(device: Device, body: Any, content_type: str, **headers: str) -> Any:
    return device.client.generic(
        "POST", f"{API}/posts/", body, content_type, headers={**device.headers, **headers}
    )


def detail_of(answer: Any, status: int, code: str) -> str:
    assert code_of(answer, status) == code
    return str(answer.json()["detail"])


@pytest.mark.parametrize(
    ("body", "content_type", "word"),
    [
        ("{not json", JSON, "not valid JSON"),
        ('{"a": NaN}', JSON, "not valid JSON"),
        (b"\xff", JSON, "not valid JSON"),
        ("[" * 100_000, JSON, "not valid JSON"),
        (b"abc", "multipart/form-data", "boundary"),
        (b"{}", "application/json; charset=undefined", "UTF-8"),
        (PART, f"{FORM}; charset=idna", "UTF-8"),
        (PART, f"{FORM}; charset=punycode", "UTF-8"),
    ],
)
def test_unreadable_bodies_get_our_messages(
    phone: Device, body: Any, content_type: str, word: str
) -> None:
    detail = detail_of(send(phone, body, content_type), 400, "parse_error")
    assert word in detail and "parse error" not in detail


def test_invalid_json_is_reported_with_its_position(phone: Device) -> None:
    answer = send(phone, '{"kind": "lost",\n "title": }', JSON)
    assert "(line 2 column 11)" in detail_of(answer, 400, "parse_error")


@pytest.mark.parametrize("path", ["posts/", "intake/", "search/photo/"])
def test_a_charset_that_gives_up_is_refused_wherever_forms_are_read(
    phone: Device, path: str
) -> None:
    answer = phone.client.generic(
        "POST", f"{API}/{path}", PART, f"{FORM}; charset=idna", headers=phone.headers
    )
    assert code_of(answer, 400) == "parse_error"


def test_without_sign_in_the_message_says_to_sign_in(owner: User) -> None:
    assert detail_of(Device().get("posts/"), 401, "not_authenticated") == "Please sign in first."
    device = Device()
    device.token = "x" * 32
    assert "sign in again" in detail_of(device.get("posts/"), 401, "authentication_failed")


def test_a_missing_csrf_token_is_explained(owner: User) -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    client.force_login(owner, "django.contrib.auth.backends.ModelBackend")
    answer = client.post(f"{API}/posts/", {"kind": "lost", "title": "우산"})
    detail = detail_of(answer, 403, "permission_denied")
    assert "reload" in detail and "CSRF" not in detail


def test_other_refusals_say_what_is_possible(phone: Device, settings: Settings) -> None:
    assert "office" not in detail_of(phone.get("office/posts/"), 403, "permission_denied")
    assert detail_of(phone.delete("posts/"), 405, "method_not_allowed").startswith("DELETE ")
    answer = send(phone, "<a/>", "application/xml")
    assert "multipart/form-data" in detail_of(answer, 415, "unsupported_media_type")
    answer = phone.send("get", "posts/", Accept="text/csv")
    assert "application/json" in detail_of(answer, 406, "not_acceptable")
    settings.POSTS_PER_HOUR = 1
    answers = [phone.post("posts/", {"kind": "lost", "title": "우산"}) for _ in range(2)]
    assert "Try again at " in detail_of(answers[1], 429, "throttled")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "title"),
        ({"title": None}, "title"),
        ({"title": ""}, "title"),
        ({"title": ["a"]}, "title"),
        ({"title": "x" * 101}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "\ud800"}, "title"),
        ({"kind": "\ud800"}, "kind"),
        ({"kind": "stolen"}, "kind"),
        ({"category": "\ud800"}, "category"),
        ({"category": ["a"]}, "category"),
        ({"happened_on": "soon"}, "happened_on"),
        ({"photos": "none"}, "photos"),
        ({"photos": ["none"]}, "photos"),
    ],
)
def test_errors_of_fields_have_our_messages(
    phone: Device, body: dict[str, Any], field: str
) -> None:
    answer = phone.post("posts/", body)
    assert field in errors_of(answer)
    ours = {
        str(text).partition("{")[0] for words in FIELD_WORDS.values() for text in words.values()
    }
    ours.add("This text contains characters that cannot be saved.")
    for item in answer.json()["errors"][field]:
        assert item["message"].startswith(tuple(ours)), item
        assert "{" not in item["message"]


def test_a_body_that_is_not_an_object_is_reported(phone: Device) -> None:
    answer = send(phone, "[]", JSON)
    assert errors_of(answer) == {"non_field_errors": ["invalid"]}
    (error,) = answer.json()["errors"]["non_field_errors"]
    assert error["message"] == "Must be a JSON object with named fields."


def test_an_invalid_query_value_lists_the_allowed_ones(phone: Device) -> None:
    answer = phone.get("posts/", kind="zz")
    assert errors_of(answer) == {"kind": ["invalid_choice"]}
    (error,) = answer.json()["errors"]["kind"]
    assert error["message"] == "Unknown value. Allowed values: lost, found."


@pytest.mark.parametrize(
    ("key", "word"),
    [("x" * 61, "60"), ("a\tb", "printable"), ("a\x7fb", "printable"), ("\xa0b\xad", "printable")],
)
def test_an_invalid_idempotency_key_is_reported(phone: Device, key: str, word: str) -> None:
    fields = {"kind": "lost", "title": "우산"}
    answer = phone.send("post", "posts/", fields, Idempotency_Key=key)
    assert errors_of(answer) == {"Idempotency-Key": ["key"]}
    assert word in answer.json()["errors"]["Idempotency-Key"][0]["message"]


@pytest.mark.parametrize("status", ["closed", "matched", "returned"])
def test_what_is_not_open_is_not_edited(phone: Device, owner: User, status: str) -> None:
    post = make_post(author=owner, kind="lost", photos=2)
    type(post).objects.update(status=status)
    path = f"posts/{post.public_id}/"
    photo = post.photos.all()[1].public_id
    for answer in (
        phone.patch(path, {"title": "가방"}),
        phone.send("put", f"{path}photos/order/", {"photos": [str(photo)]}),
        phone.delete(f"{path}photos/{photo}/"),
    ):
        assert code_of(answer, 409) == "not_open"


def test_each_field_has_words_for_codes_that_it_knows() -> None:
    """If rest_framework renamed a code, its own message would silently return."""
    for field, words in FIELD_WORDS.items():
        known: set[str] = set()
        for base in field.__mro__:
            known |= set(_of_rest_framework(base))
        assert set(words) <= known, field


def _of_rest_framework(base: type) -> list[str]:
    import inspect
    import re

    if not issubclass(base, (Field, serializers.BaseSerializer)):
        return []
    source = inspect.getsource(base)
    return re.findall(r"'(\w+)': _\(", source)
