"""What apps get when signing in fails: problem details, or the errors of allauth."""

import json
from typing import Any

import pytest
from django.test import Client

from lostfound.media.processing import MAX_REQUEST_BYTES
from tests.support.api_client import AUTH, Device, code_of

pytestmark = pytest.mark.django_db
HALF = json.dumps({"username": "\ud800", "password": "x"})


def send(body: Any, language: str = "en", path: str = f"{AUTH}/login", **headers: str) -> Any:
    client = Client(headers={"accept-language": language}, raise_request_exception=False)
    return client.post(path, body, content_type="application/json", **headers)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "body",
    ["{", "nonsense", "[]", '"text"', "null x", b"\xff\xfe", "[" * 100_000, HALF],
    ids=["cut", "words", "list", "text", "more", "bytes", "deep", "half a character"],
)
def test_what_cannot_be_read_is_a_problem_with_a_code(body: Any) -> None:
    answer = send(body)
    assert code_of(answer, 400) == "parse_error"
    assert "JSON object" in answer.json()["detail"]
    assert answer.json()["title"] == "Bad request"


def test_what_allauth_says_itself_stays_as_it_is() -> None:
    wrong = send(json.dumps({"username": "nobody", "password": "wrong"}))
    assert (wrong.status_code, wrong.headers["Content-Type"]) == (400, "application/json")
    (error,) = wrong.json()["errors"]
    assert (error["code"], error["param"]) == ("username_password_mismatch", "password")
    missing = send("{}").json()["errors"]
    assert {(error["code"], error["param"]) for error in missing} == {("required", "password")}
    nobody = Device().get(f"{AUTH}/session")
    assert nobody.status_code == 401
    assert {"id": "login"} in nobody.json()["data"]["flows"]


def test_an_address_and_a_method_that_there_are_not() -> None:
    assert code_of(Device().get(f"{AUTH}/nothing"), 404) == "not_found"
    answer = Device().get(f"{AUTH}/login")
    assert code_of(answer, 405) == "method_not_allowed"
    assert "POST" in answer.headers["Allow"]


def test_what_is_too_large_is_a_problem_too() -> None:
    assert code_of(send("{}", CONTENT_LENGTH=str(MAX_REQUEST_BYTES + 1)), 413) == "too_large"
    assert code_of(send("x" * 2_700_000), 413) == "too_large"


def test_what_nobody_foresaw_is_a_problem_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("allauth.headless.account.views.LoginView.post", break_down)
    monkeypatch.setattr("allauth.headless.account.views.LoginView.input_class", None)
    assert code_of(send("{}"), 500) == "server_error"


def test_people_still_get_pages() -> None:
    answer = Client().get("/accounts/nothing/")
    assert answer.status_code == 404 and answer.headers["Content-Type"].startswith("text/html")
    assert Client().get("/_allauth/openapi.json").status_code == 200
