"""How the packages are divided: loose modules, and import arrows between rooms.

A room of a package is a sub-package of its first level, or a module that lies loose beside them.
An arrow is an ordered pair of two rooms one of which imports from the other, however often:
imports within functions and under TYPE_CHECKING count, those of the package's own `__init__` do
not. November 2026 had 168 of them in `matching` and 84 in `lostfound`.
"""

from collections.abc import Collection
from typing import Final

from bench.site import ROOT

Arrow = tuple[str, str]  # who imports, what is imported

# From the top down: a room imports from its own layer and from those below. Rooms of one layer
# are no arrow up, whichever of them imports the other.
LAYERS: Final[dict[str, tuple[str, ...]]] = {
    "matching": (
        "api views admin management templatetags migrations urls apps checks hooks tasks demo",
        "status learning evaluation",
        "search review worker",
        "services",
        "scoring onnx bundled",
        "index encoders",
        "selectors",
        "models conf",
        "core",
    ),
    "lostfound": (
        "settings urls site_urls asgi wsgi apps checks health middleware adapters migrations tasks "
        "context_processors",
        "api views admin management templatetags",
        "forms spreadsheets decorators http",
        "services",
        "selectors infra text hooks",
        "models",
        "media taxonomy extras local_key formats",
    ),
}
# Once a package has this room, all of its rooms are drawn, and one without a layer is an error.
LAST_ROOM: Final = {"matching": "scoring", "lostfound": "infra"}


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

    Raises:
        ValueError: a room stands in no layer, though all of them are drawn.
    """
    depth = {room: n for n, layer in enumerate(LAYERS[package]) for room in layer.split()}
    rooms = {room for arrow in arrows for room in arrow}
    unknown = sorted(rooms - depth.keys())
    if unknown and LAST_ROOM[package] in rooms:
        raise ValueError(f"bench/rooms.py names no layer for {package}.{unknown[0]}.")
    return sorted(
        (importer, imported)
        for importer, imported in arrows
        if not {importer, imported} & set(unknown) and depth[imported] < depth[importer]
    )


def _room(module: str) -> str:
    _package, _dot, within = module.partition(".")
    return within.partition(".")[0]
