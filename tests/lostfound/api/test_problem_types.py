"""The table of problems matches the guide's codes and the schema's statuses."""

import re
from http import HTTPStatus
from pathlib import Path

from lostfound.api import problem_types
from lostfound.api.schema import REFUSALS

GUIDE = (Path(__file__).resolve().parents[3] / "docs" / "api.md").read_text()
ROW = re.compile(r"^\| (?P<statuses>\d{3}(?:, \d{3})*) \| (?P<codes>`[^|]+) \|", re.M)
# An address has no other methods in the schema, and what nobody foresaw has no place in it.
NOT_IN_THE_SCHEMA = {HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.INTERNAL_SERVER_ERROR}


def test_the_guide_lists_every_code_beside_its_status() -> None:
    listed = {
        (int(status), code)
        for row in ROW.finditer(GUIDE)
        for status in row["statuses"].split(", ")
        for code in re.findall(r"`(\w+)`", row["codes"])
    }
    known = {(kind.status.value, kind.code) for kind in problem_types.ALL}
    assert len(known) >= 20 and known - listed == set()
    assert {status for status, _code in listed} == {status for status, _code in known}


def test_the_schema_has_one_of_each_status() -> None:
    statuses = [kind.status for kind in REFUSALS]
    assert len(set(statuses)) == len(statuses)
    assert {kind.status for kind in problem_types.ALL} - set(statuses) == NOT_IN_THE_SCHEMA


def test_every_problem_says_something_in_both_languages() -> None:
    from django.utils import translation

    values = {"size": 51, "time": "15:00", "method": "PUT"}
    for kind in problem_types.ALL:
        details = []
        for language in ("en", "ko"):
            with translation.override(language):
                details.append(kind.body(kind.says(**values))["detail"])
        assert details[0] and details[0] != details[1] and "%(" not in "".join(details), kind.code
