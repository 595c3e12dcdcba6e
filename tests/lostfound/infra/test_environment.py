"""Settings are read and declared together; an invalid value is an error with its name."""

from pathlib import Path
from typing import Any

import pytest
from environs import EnvError

from lostfound.infra.environment import Environment, settings_page


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """The file and environment of a small site; neither outlives the test."""
    values = {"LIMIT": "7", "SHARE": "0.5", "IS_ON": "yes", "NAMES": "a,b", "PLACE": "here"}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    for name in ("LEFT_OUT", "FROM_FILE"):
        monkeypatch.setenv(name, "")  # so that values from a file are undone
        monkeypatch.delenv(name)
    file = tmp_path / ".env"
    file.write_text("PLACE=there\nFROM_FILE=file\n")
    return Environment(file)


def test_values_are_typed_and_the_environment_wins_over_the_file(env: Environment) -> None:
    assert env.integer("LIMIT", 1, "a limit") == 7
    assert env.number("SHARE", 1.0, "a share") == 0.5
    assert env.boolean("IS_ON", False, "a switch") is True
    assert env.texts("NAMES", [], "names") == ["a", "b"]
    assert env.text("PLACE", "", "a place") == "here"
    assert env.text("FROM_FILE", "", "a file") == "file"


def test_what_is_left_out_has_its_default(env: Environment) -> None:
    assert env.integer("LEFT_OUT", 3, "a limit") == 3
    assert env.number("LEFT_OUT", None, "a share") is None
    assert env.number("LEFT_OUT", 2.0, "a share") == 2.0
    assert env.boolean("LEFT_OUT", False, "a switch") is False
    assert env.texts("LEFT_OUT", ["a"], "names") == ["a"]
    assert env.text("LEFT_OUT", "words", "a text") == "words"
    database = env.database("LEFT_OUT", "postgres://me@host/name", "a database", shown="one")
    assert (database["HOST"], database["NAME"]) == ("host", "name")


@pytest.mark.parametrize(
    ("reader", "arguments"),
    [
        ("integer", {"default": 1, "least": 8}),
        ("integer", {"default": 1, "most": 6}),
        ("boolean", {"default": True}),
        ("text", {"default": "a", "choices": ["a", "b"]}),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_its_name(
    env: Environment, reader: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(EnvError, match="LIMIT"):
        getattr(env, reader)("LIMIT", about="a limit", **arguments)


def test_the_page_has_a_table_for_each_section(env: Environment) -> None:
    env.section("First")
    env.integer("LIMIT", 1, "a limit", unit="s")
    env.section("Second")
    env.text("PLACE", "", "a place", choices=["here", "there"])
    env.section("First")
    env.text("LEFT_OUT", "/an/own/path", "a folder", shown="`var/`")
    assert (
        settings_page(env.declared).partition("## First\n")[2]
        == """
| setting | default | unit | what it does |
|---|---|---|---|
| `LIMIT` | 1 | s | a limit |
| `LEFT_OUT` | `var/` |  | a folder |

## Second

| setting | default | unit | what it does |
|---|---|---|---|
| `PLACE` | none |  | a place (one of `here`, `there`) |
"""
    )
