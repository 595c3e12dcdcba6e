"""Measures the structure of the code: packages and imports, and the cost of matching one post.

`python -m bench.structure FOLDER` prints the same rows as `python -m bench --only structure`, and
writes to FOLDER where every import, call and query comes from, as a start for reducing them.

In November 2026: 38 and 37 loose modules, 168 and 84 arrows; 793 calls, 48 queries and 11
validations for one post (two suggested pairs; 778 to 811 calls, depending on the texts); 26 queries
for the pair page (27 for a pair with statistics, as here) and 12 for the list.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Final

from bench.rooms import arrows_up, import_arrows, loose_modules
from bench.rows import Row, at_most, figure
from bench.site import run, scratch_site

LOOSE: Final = {"matching": 8, "lostfound": 14}
ARROWS: Final = {"matching": 100, "lostfound": 55}
CALLS: Final = 400
QUERIES: Final = 24
VALIDATIONS: Final = 1  # per process and change of the settings
PAIR_PAGE, LIST = 14, 8  # queries


def structure_rows(quick: bool) -> list[Row]:
    """Counts, the same on every machine."""
    with tempfile.TemporaryDirectory(prefix="bench-structure-") as folder:
        return traced_rows(Path(folder))


def traced_rows(folder: Path) -> list[Row]:
    """The rows; what is behind them goes to files in `folder`, which exists."""
    rows = []
    for package, most in LOOSE.items():
        loose = loose_modules(package)
        (folder / f"loose_{package}.txt").write_text("\n".join([*loose, ""]))
        label = f"loose modules in {package}/"
        rows.append(at_most(label, most, len(loose), "files", "__init__ is one of them"))
    for package, most in ARROWS.items():
        rows += _arrow_rows(package, most, folder)
    return [*rows, *_post_rows(folder)]


def _arrow_rows(package: str, most: int, folder: Path) -> list[Row]:
    arrows = import_arrows(package)
    lines = [" > ".join(arrow) for arrow in sorted(arrows)]
    (folder / f"arrows_{package}.txt").write_text("\n".join([*lines, ""]))
    rooms = {room for arrow in arrows for room in arrow}
    label = f"import arrows between rooms of {package}/"
    rows = [at_most(label, most, len(arrows), "pairs", f"of {len(rooms)} rooms")]
    up = [" > ".join(arrow) for arrow in arrows_up(package, arrows)]
    return [*rows, at_most(f"{label}, back up", 0, len(up), "pairs", ", ".join(up))]


def _post_rows(folder: Path) -> list[Row]:
    with scratch_site() as env:
        figures = json.loads(run(env, "-m", "bench.one_post", str(folder)).splitlines()[-1])
    due, new, pages = figures["statistics due"], figures["statistics new"], figures["pages"]
    renewed = "with new statistics" if due["built"] else "without new statistics"
    scene = f"{renewed}, {due['suggested']} pairs suggested"
    rows = [
        at_most(f"{name} to match one post", most, due[key], unit, scene)
        for name, key, most, unit in (
            ("calls across files", "calls", CALLS, "calls"),
            ("queries", "queries", QUERIES, "sent"),
            ("validations of the settings", "validations", VALIDATIONS, "times"),
        )
    ]
    settled = f"{new['suggested']} pairs suggested, {new['queries']} queries"
    rows.append(
        figure("calls to match one post when statistics are new", new["calls"], "calls", settled)
    )
    return [
        *rows,
        at_most("queries of the pair page", PAIR_PAGE, pages["pair page"], "sent"),
        at_most("queries of the desk's list", LIST, pages["list"], "sent"),
        figure("queries of the desk's own page", pages["desk"], "sent"),
    ]


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for row in traced_rows(target):
        print(f"{row.row:62}{row.value:>10g} {row.target:>9} {row.detail}".rstrip())
