"""Reads retention.toml: periods of storage, each number with its source. Imports no models."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from lostfound.data.campus_files import DATA_DIR

RETENTION_FILE: Final = DATA_DIR / "retention.toml"
NUMBERS: Final = ("police_due_days", "keep_days", "notice_days")
ON_EXPIRY: Final = ("police", "issuer", "destroy")
KNOWN: Final = {"key", "category", "family", "value_band", "for_names", "on_expiry", *NUMBERS}
MAX_DAYS: Final = 3650


class RetentionFileError(ValueError):
    """The file cannot be used; the message lists every problem."""


@dataclass(frozen=True)
class Rule:
    """One rule of the file.

    Attributes:
        values: `RetentionRule`'s numbers in days, and what happens when they have passed.
        source: where each value comes from, one line each.
    """

    key: str
    values: Mapping[str, Any]
    source: str
    category: str = ""
    family: str = ""
    value_band: str = ""
    for_names: bool = False


@dataclass(frozen=True)
class Law:
    """The numbers that no rule changes: months of the law, days of warnings after the find."""

    police_warn_days: tuple[int, ...]
    police_red_days: int
    owner_months: int
    finder_collect_months: int
    reward_claim_months: int


def read_rules(path: Path = RETENTION_FILE) -> list[Rule]:
    """The rules of the file.

    Raises: RetentionFileError
    """
    problems: list[str] = []
    rules = [_rule(table, problems) for table in _parse(path).get("rule", [])]
    keys = [rule.key for rule in rules]
    if len(set(keys)) != len(keys) or "general" not in keys:
        problems.append("every rule needs a key of its own, and one of them is 'general'")
    if problems:
        raise RetentionFileError("\n".join(problems))
    return rules


@cache
def read_law(path: Path = RETENTION_FILE) -> Law:
    """The numbers of the law.

    Raises: RetentionFileError
    """
    problems: list[str] = []
    tables = _parse(path).get("law", {})
    values = {name: _sourced(tables, name, "law", problems) for name in Law.__dataclass_fields__}
    if problems:
        raise RetentionFileError("\n".join(problems))
    return Law(**{**values, "police_warn_days": tuple(values["police_warn_days"])})


def _rule(table: Mapping[str, Any], problems: list[str]) -> Rule:
    key = str(table.get("key", "?"))
    problems += [f"{key}: {name} is unknown" for name in sorted(set(table) - KNOWN)]
    values = {name: _sourced(table, name, key, problems) for name in (*NUMBERS, "on_expiry")}
    for name in NUMBERS:
        days = values[name]
        if not isinstance(days, int) or not 0 <= days <= MAX_DAYS:
            problems.append(f"{key}: {name} is {days!r}, not a number of days")
    if values["on_expiry"] not in ON_EXPIRY:
        problems.append(f"{key}: on_expiry is none of {', '.join(ON_EXPIRY)}")
    lines = [f"{name}: {(table.get(name) or {}).get('source', '')}" for name in values]
    return Rule(
        key,
        values,
        "\n".join(lines),
        category=table.get("category", ""),
        family=table.get("family", ""),
        value_band=table.get("value_band", ""),
        for_names=table.get("for_names", False),
    )


def _sourced(tables: Mapping[str, Any], name: str, where: str, problems: list[str]) -> Any:
    entry = tables.get(name)
    if not isinstance(entry, dict) or "value" not in entry or not entry.get("source"):
        problems.append(f"{where}: {name} needs a value and its source")
        return None
    return entry["value"]


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RetentionFileError(f"{path.name}: {error}") from error
