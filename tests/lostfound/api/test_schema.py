"""The stored schema is the one that the site serves, and its page shows it."""

import io
from functools import cache
from typing import Any

import jsonschema
import pytest
import yaml
from django.core.management import call_command
from django.test import Client

from tests.support.paths import SCHEMA

FORMATS = jsonschema.Draft202012Validator.FORMAT_CHECKER
COMMAND = (
    "python manage.py spectacular --fail-on-warn --validate --lang en --file docs/openapi.yaml"
)


def read(text: str) -> Any:
    """The content of a document in YAML, by the parser in C: the one in Python takes a second."""
    return yaml.load(text, Loader=yaml.CSafeLoader)  # the safe one


@pytest.mark.slow
def test_the_schema_without_a_warning_is_the_one_that_is_checked_in() -> None:
    drawn = io.StringIO()
    call_command("spectacular", fail_on_warn=True, validate=True, lang="en", stdout=drawn)
    assert drawn.getvalue().strip() == SCHEMA.read_text().strip(), f"Run: {COMMAND}"


@pytest.mark.slow
def test_the_schema_has_one_shape_in_every_language() -> None:
    shapes = []
    for language in ("en", "ko"):
        drawn = io.StringIO()
        call_command("spectacular", lang=language, stdout=drawn)
        shapes.append(without_words(read(drawn.getvalue())))
    assert shapes[0] == shapes[1]
    assert shapes[0]["servers"][0]["url"] == "/"


def without_words(part: Any) -> Any:
    """The schema without its descriptions."""
    if isinstance(part, list):
        return [without_words(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        name: without_words(inner)
        for name, inner in part.items()
        if not (name == "description" and isinstance(inner, str))
    }


def test_every_operation_says_what_a_broken_token_answers() -> None:
    paths = read(SCHEMA.read_text())["paths"]
    operations = [
        (path, method, operation["responses"])
        for path, methods in paths.items()
        for method, operation in methods.items()
    ]
    assert len(operations) >= 16
    assert [row[:2] for row in operations if "401" not in row[2]] == []


def test_every_operation_that_is_limited_says_so() -> None:
    paths = drawn_schema()["paths"]
    limited = {
        (method, path)
        for path, methods in paths.items()
        for method, operation in methods.items()
        if "429" in operation["responses"]
    }
    for path in ("posts/", "posts/{public_id}/photos/", "office/posts/", "intake/"):
        assert ("post", f"/api/v1/{path}") in limited
        assert ("get", f"/api/v1/{path}") not in limited
    of_post = "/api/v1/posts/{public_id}/"
    for method, rest in (
        *(("patch", ""), ("delete", ""), ("post", "close/"), ("post", "reopen/")),
        *(("put", "photos/order/"), ("delete", "photos/{photo_id}/")),
        *(("put", "suggestions/{id}/answer/"), ("delete", "suggestions/{id}/answer/")),
    ):
        assert (method, of_post + rest) in limited
    assert ("get", "/api/v1/search/") in limited  # costs the model's time
    assert ("get", of_post) not in limited


def test_every_operation_that_takes_a_body_says_that_it_may_be_too_large() -> None:
    for methods in drawn_schema()["paths"].values():
        for operation in methods.values():
            assert ("413" in operation["responses"]) is ("requestBody" in operation)


@cache
def drawn_schema() -> dict[str, Any]:
    """The schema as the code generates it now."""
    drawn = io.StringIO()
    call_command("spectacular", lang="en", stdout=drawn)
    schema: dict[str, Any] = read(drawn.getvalue())
    return schema


def test_everything_that_goes_in_or_out_has_an_example_that_it_allows() -> None:
    schema = read(SCHEMA.read_text())
    refusals = schema["components"]["responses"]
    assert {refusals[name]["description"] for name in refusals} >= {"Not Found", "Conflict"}
    bodies = [
        content["schema"]
        for methods in schema["paths"].values()
        for operation in methods.values()
        for holder in (
            operation.get("requestBody", {}),
            *operation["responses"].values(),
            *refusals.values(),
        )
        for kind, content in holder.get("content", {}).items()
        if kind != "image/svg+xml"  # a picture has no fields
    ]
    assert len(bodies) >= 60
    without = set()
    for body in bodies:
        name = (body.get("items") or body)["$ref"].rpartition("/")[2]
        component = schema["components"]["schemas"][name]
        if "example" in component:
            allowed = {"$ref": f"#/components/schemas/{name}", "components": schema["components"]}
            jsonschema.validate(component["example"], allowed, format_checker=FORMATS)
        else:
            without.add(name)
    assert without == set()


def test_every_parameter_has_an_example_and_says_what_it_is_or_names_its_values() -> None:
    paths = read(SCHEMA.read_text())["paths"]
    parameters = [
        (path, parameter)
        for path, methods in paths.items()
        for operation in methods.values()
        for parameter in operation.get("parameters", [])
    ]
    assert len(parameters) >= 40
    for path, parameter in parameters:
        jsonschema.validate(parameter["example"], parameter["schema"], format_checker=FORMATS)
        is_described = parameter.get("description") or "enum" in parameter["schema"]
        assert is_described or parameter["in"] == "path", (path, parameter["name"])


@pytest.mark.django_db
def test_the_schema_says_which_day_is_the_default() -> None:
    schemas = drawn_schema()["components"]["schemas"]
    bodies = ("NewPost", "NewPostWithPhotos", "OfficeIntake", "OfficeIntakeWithPhotos")
    for body in bodies:
        shape = schemas[f"{body}InRequest"]
        assert "today" in shape["properties"]["happened_on"]["description"]
        assert "happened_on" not in shape["required"]


def test_the_page_needs_no_script_within_it() -> None:
    answer = Client().get("/api/docs/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count("<script") == page.count("<script src=")
    assert "<style" not in page
    assert "https://" not in page  # nothing comes from elsewhere
    assert Client().get("/api/docs/?script=").status_code == 200
    assert Client().get("/api/schema/").status_code == 200
