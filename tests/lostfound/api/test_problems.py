"""Every error below /api/ is reported as problem details."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lostfound import middleware, selectors
from lostfound.models import User
from tests.support.api_client import API, PROBLEM, Device, code_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.mark.parametrize("path", ["/api/v1/nothing/", "/api/v2/posts/", "/api/nothing", "/api/"])
def test_an_unknown_address_is_reported_as_json(path: str) -> None:
    device = Device()
    device.client.handler.enforce_csrf_checks = True
    for answer in (device.get(path), device.post(path)):
        assert code_of(answer, 404) == "not_found"


@pytest.mark.parametrize(("language", "word"), [("ko", "없어요"), ("en", "nothing")])
def test_an_unknown_address_is_reported_in_the_readers_language(language: str, word: str) -> None:
    assert word in Device(language=language).get("/api/v1/nothing/").json()["detail"]


def test_broken_json_is_a_clear_refusal(phone: Device) -> None:
    answer = phone.client.post(
        f"{API}/posts/", "{not json", content_type="application/json", headers=phone.headers
    )
    assert code_of(answer, 400) == "parse_error"


def test_json_that_is_nested_without_end_is_a_clear_refusal(phone: Device) -> None:
    answer = phone.client.post(
        f"{API}/posts/", "[" * 100_000, content_type="application/json", headers=phone.headers
    )
    assert code_of(answer, 400) == "parse_error"


def test_an_unexpected_error_is_reported_as_json(
    phone: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(user: User) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(selectors, "posts_of", fail)
    assert code_of(phone.get("posts/"), 500) == "server_error"
    page = phone.client.get("/posts/", headers=phone.headers)
    assert page.headers["Content-Type"].startswith("text/html")


def test_another_content_type_and_another_method_are_refused(phone: Device) -> None:
    answer = phone.client.post(
        f"{API}/posts/", "<a/>", content_type="application/xml", headers=phone.headers
    )
    assert code_of(answer, 415) == "unsupported_media_type"
    assert code_of(phone.delete("posts/"), 405) == "method_not_allowed"


@pytest.mark.parametrize("data", ["[]", '"text"', "3", "null"])
def test_json_that_is_no_object_is_refused(phone: Device, data: str) -> None:
    answer = phone.client.post(
        f"{API}/posts/", data, content_type="application/json", headers=phone.headers
    )
    assert answer.status_code == 400 and answer.headers["Content-Type"] == PROBLEM


@pytest.mark.parametrize("value", ["\x00", "a\x00b"])
def test_a_null_character_is_refused(phone: Device, value: str) -> None:
    answer = phone.post("posts/", {"kind": "lost", "title": f"우산 {value}"})
    assert answer.status_code == 400


TOO_MUCH: dict[str, tuple[dict[str, Any], int, str]] = {
    "text": ({"title": "x" * 3_000_000}, 413, "too_large"),
    "fields": ({f"field{number}": "1" for number in range(2100)}, 400, "too_many_fields"),
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_a_form_with_too_much_in_it_is_refused_as_a_problem(phone: Device, what: str) -> None:
    form, status, code = TOO_MUCH[what]
    assert code_of(phone.send_form("posts/", form), status) == code


def test_a_form_with_too_many_files_is_refused_as_a_problem(phone: Device) -> None:
    files = [SimpleUploadedFile(f"{number}.jpg", b"x") for number in range(101)]
    assert code_of(phone.send_form("posts/", {"photos": files}), 400) == "too_many_files"


def test_json_with_too_much_in_it_is_refused_as_a_problem(phone: Device) -> None:
    answer = phone.post("posts/", {"kind": "lost", "title": "x" * 3_000_000})
    assert code_of(answer, 413) == "too_large"
    assert "2 MB" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/api/v1/posts/", "/api/schema/", "/api/nothing/"])
def test_a_foreign_host_name_is_refused_as_a_problem(path: str) -> None:
    answer = Device().client.get(path, headers={"host": "evil.example"})
    assert code_of(answer, 400) == "unknown_host"


@pytest.mark.parametrize(
    ("language", "word"), [("ko", '<html lang="ko"'), ("en", "this host name")]
)
def test_a_page_under_a_foreign_host_name_is_one_in_the_readers_language(
    language: str, word: str
) -> None:
    client = Client(headers={"accept-language": language}, raise_request_exception=False)
    answer = client.get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert word in answer.content.decode()


def test_a_form_of_a_page_with_too_much_in_it_gets_a_page(owner: User) -> None:
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    client.force_login(owner, "django.contrib.auth.backends.ModelBackend")
    answer = client.post("/posts/new/lost/", {"title": "x" * 3_000_000})
    assert answer.status_code == 413
    assert "We could not understand this request" in answer.content.decode()


def test_a_request_that_is_too_large_is_refused_unread(
    phone: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware, "MAX_REQUEST_BYTES", 1000)
    assert code_of(phone.post("posts/", {"title": "x" * 2000}), 413) == "too_large"


def test_a_page_that_is_too_large_says_what_to_do(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware, "MAX_REQUEST_BYTES", 1000)
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "ko"})
    client.force_login(owner, "django.contrib.auth.backends.ModelBackend")
    answer = client.post("/posts/new/lost/", {"title": "x" * 2000})
    assert answer.status_code == 413
    assert "사진은 모두 합해" in answer.content.decode()


def test_a_length_that_is_no_number_is_left_to_the_server(owner: User) -> None:
    answer: Any = Client().get("/", CONTENT_LENGTH="abc")
    assert answer.status_code == 200
