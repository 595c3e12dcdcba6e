"""Every operation answers any request as its schema says, and never with a 5xx."""

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.support.paths import SCHEMA
from tests.support.remote_device import Device

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]
EXAMPLES = 25
schema = schemathesis.openapi.from_path(SCHEMA)


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_keeps_its_promise(
    case: schemathesis.Case[Any], staff: Device, existing: Callable[[str, str], dict[str, Any]]
) -> None:
    headers = {"X-Session-Token": staff.token, "Accept-Language": "ko"}
    if case.operation.label == "DELETE /api/v1/devices/{id}/" and is_own_device(case, staff):
        return  # whoever shuts themselves out learns nothing more
    case.call_and_validate(base_url=staff.url, headers=headers, checks=CHECKS)
    if case.path_parameters and (there := existing(case.method, case.operation.path)):
        case.path_parameters = there
        case.call_and_validate(base_url=staff.url, headers=headers, checks=CHECKS)


def is_own_device(case: schemathesis.Case[Any], device: Device) -> bool:
    requested = str((case.path_parameters or {}).get("id"))
    rows = device.ask("GET", "/api/v1/devices/")
    return any(str(row["id"]) == requested and row["is_current"] for row in rows)


@pytest.fixture(scope="session")
def existing(staff: Device) -> Callable[[str, str], dict[str, Any]]:
    """What is there under the parameters of a path, so that not everything is 404."""
    seen: dict[str, Any] = {}

    def post_of(path: str, query: str) -> dict[str, Any]:
        """With a photograph if there is one; operations keep it, except those that remove one."""
        if path not in seen or "{photo_id}" in path:
            posts = staff.ask("GET", f"{path.partition('{')[0]}?{query}page_size=100")["results"]
            seen[path] = next((post for post in posts if post["photos"]), posts[0])
        post: dict[str, Any] = seen[path]
        return post

    def of(method: str, path: str) -> dict[str, Any]:
        if path.startswith("/api/v1/review/{id}/"):
            if method != "GET" or "pair" not in seen:  # the others decide it
                pair = staff.ask("POST", "/api/v1/review/next/")["pair"]
                seen["pair"] = pair["id"] if pair else seen["pair"]
            return {"id": seen["pair"]}
        if path == "/api/v1/things/{public_id}/":
            found = staff.ask("GET", "/api/v1/search/")["results"]
            return {"public_id": found[0]["thing"]["id"]}
        if path.startswith("/api/v1/office/posts/{public_id}/"):
            taken_in = post_of(path, "")
            if "{photo_id}" not in path:
                return {"public_id": taken_in["id"]}
            if not taken_in["photos"]:
                return {}
            return {"public_id": taken_in["id"], "photo_id": taken_in["photos"][0]["id"]}
        if path == "/api/v1/intake/{public_id}/":
            if "question" not in seen:
                requested = staff.ask("POST", "/api/v1/intake/", {"title": "파란 우산"})
                seen["question"] = requested["id"]
            return {"public_id": seen["question"]}
        if path == "/api/v1/posts/{public_id}/" and method == "DELETE":
            made = staff.ask("POST", "/api/v1/posts/", {"kind": "lost", "title": "지울 글"})
            return {"public_id": made["id"]}
        if path.startswith("/api/v1/posts/{public_id}/"):
            post = post_of(path, "kind=lost&")
            there = {"public_id": post["id"]}
            if "{photo_id}" in path:
                return {**there, "photo_id": post["photos"][0]["id"]} if post["photos"] else {}
            if "{id}" in path:
                rows = staff.ask("GET", f"/api/v1/posts/{post['id']}/suggestions/")
                return {**there, "id": rows[0]["id"]} if rows else {}
            return there
        return {}

    return of
