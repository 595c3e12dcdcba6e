"""The picture in docs/architecture.md matches the packages and layers of the code."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]
MOST_LOOSE = {"lostfound": 14, "matching": 8}
NOT_DRAWN = {"migrations", "static", "locale", "formats"}


def packages(app: str) -> set[str]:
    return {path.parent.name for path in (ROOT / app).glob("*/__init__.py")}


def layers(app: str) -> list[list[str]]:
    """Packages of each layer of the app's contract, from the top down."""
    (contract,) = (one for one in CONTRACTS if one.get("containers") == [app])
    rooms = [layer.replace("|", ":").split(":") for layer in contract["layers"]]
    there = packages(app) - NOT_DRAWN
    drawn = [sorted({room.strip() for room in layer} & there) for layer in rooms]
    return [layer for layer in drawn if layer]


def picture(app: str) -> list[list[str]]:
    """Packages of each box, in the order of the arrows."""
    (part,) = re.findall(rf"subgraph {app}\n(.*?)\n  end", PAGE, re.S)
    boxes = dict(re.findall(r'^\s+(\w+)\["([^"]+)"\]$', part, re.M))
    (arrows,) = re.findall(r"^\s+(\w+(?: --> \w+)+)$", part, re.M)
    words = [boxes[name].partition(" (")[0] for name in arrows.split(" --> ")]
    return [sorted(word.strip() for word in box.split("·")) for box in words]


@pytest.mark.parametrize("app", ["lostfound", "matching"])
def test_the_picture_shows_the_layers_of_the_import_contract(app: str) -> None:
    assert picture(app) == layers(app)
    assert {room for layer in picture(app) for room in layer} == packages(app) - NOT_DRAWN


@pytest.mark.parametrize("app", ["lostfound", "matching"])
def test_few_modules_lie_loose(app: str) -> None:
    assert len(list((ROOT / app).glob("*.py"))) <= MOST_LOOSE[app]


def test_every_file_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"`((?:lostfound|matching)/[\w/.]+)`", PAGE))
    assert len(named) > 20
    assert not [path for path in named if not (ROOT / path).exists()]
