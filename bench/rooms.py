"""How the packages are divided: loose modules, and import arrows between rooms.

A room of a package is a first-level sub-package, or a loose module beside them.
An arrow is an ordered pair of two rooms one of which imports from the other, however often:
imports within functions and under TYPE_CHECKING count, those of the package's own `__init__` do
not. November 2026 had 168 of them in `matching` and 84 in `lostfound`.
"""

import re
import tomllib
from collections.abc import Collection

from bench.site import ROOT

Arrow = tuple[str, str]  # who imports, what is imported


def loose_modules(package: str) -> list[str]:
    """Names of the modules directly below a package, `__init__` among them."""
    return sorted(file.stem for file in (ROOT / package).glob("*.py"))


def import_arrows(package: str) -> set[Arrow]:
    """Every pair of rooms of a package of which the first imports from the second."""
    import grimp  # of import-linter

    graph = grimp.build_graph(package, cache_dir=None)
    arrows = set()
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            arrow = _room(module), _room(imported)
            if "" not in arrow and arrow[0] != arrow[1]:
                arrows.add(arrow)
    return arrows


def arrows_up(package: str, arrows: Collection[Arrow]) -> list[Arrow]:
    """The arrows from a room to one of a layer above it, sorted.

    The layers are those of the package's contract in pyproject.toml, which names every room.
    """
    depth = {room: n for n, layer in enumerate(_layers(package)) for room in layer}
    return sorted(arrow for arrow in arrows if depth[arrow[1]] < depth[arrow[0]])


def _layers(package: str) -> list[list[str]]:
    """Rooms from the top layer down; import-linter separates those of one layer by | or :."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (layers,) = (
        one["layers"] for one in contracts["contracts"] if one.get("containers") == [package]
    )
    return [re.split(r" [|:] ", layer) for layer in layers]


def _room(module: str) -> str:
    _package, _dot, within = module.partition(".")
    return within.partition(".")[0]
