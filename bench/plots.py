"""`python -m bench.plots FILE.json`: plots how search time grows, from the file of `--json`."""

import json
import re
import sys
from collections import defaultdict
from pathlib import Path

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "bench"  # equal figures give equal files
import matplotlib.pyplot as plt  # noqa: E402 - after the backend is chosen

SEARCH = re.compile(r"search of ([\d,]+): (.+)")
FOLDER = Path(__file__).resolve().parents[1] / "docs" / "performance"


def draw(file: Path) -> Path:
    """Plot milliseconds per search over the number of posts, on logarithmic axes."""
    lines: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for row in json.loads(file.read_text()):
        found = SEARCH.fullmatch(row["row"])
        if found and row["unit"] == "ms" and "filter" not in found[2]:
            lines[found[2]].append((int(found[1].replace(",", "")), row["value"]))
    figure, axes = plt.subplots(figsize=(7, 4.4))
    for name, points in lines.items():
        sizes, milliseconds = zip(*sorted(points), strict=True)
        style = "-" if name.startswith("ours") else "--"
        axes.plot(sizes, milliseconds, style, marker="o", label=name)
    axes.set(xscale="log", yscale="log", xlabel="posts", ylabel="ms for the best 20, one thread")
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
    FOLDER.mkdir(exist_ok=True)
    figure.savefig(FOLDER / "search.svg", metadata={"Date": None}, bbox_inches="tight")
    return FOLDER / "search.svg"


if __name__ == "__main__":
    print(draw(Path(sys.argv[1])))
