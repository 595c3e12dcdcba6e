"""Measures the bundled model: ``python -m matching.bundled.training.evaluate``.

Uses drawings with seeds that training never uses, wordings that it never saw, and, if the folder
exists, real photographs in comparison with two colour histograms.
"""

import argparse
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image
from tqdm import tqdm

from matching.bundled.drawing.captions import TemplateSet, caption, prompts
from matching.bundled.drawing.draw import draw_thing
from matching.bundled.drawing.things import DRAWABLE, Thing, sample_thing
from matching.bundled.drawing.views import PRESETS, Preset, view
from matching.conf import MatchingSettings
from matching.core.vectors import unit
from matching.encoders.base import Vecs
from matching.encoders.torch_clip import ClipEncoder

N_THINGS: Final = 268
FIRST_TEST_SEED: Final = 900_000_000  # batches.TEST_SEEDS keeps these out of training
VIEW_PX: Final = 160
THREADS: Final = 2
MODEL_DIR: Final = Path(__file__).resolve().parents[1] / "model"
REAL_PHOTOS: Final = Path(__file__).resolve().parents[4] / "shared/data/same_item_photos"
TARGETS: Final[dict[str, tuple[float, float]]] = {  # full, mild
    "category": (0.90, 0.97),
    "caption@1": (0.65, 0.85),
    "caption@5": (0.92, 0.98),
    "same thing@1": (0.80, 0.97),
}


def evaluate(folder: Path, n_things: int = N_THINGS) -> dict[str, Any]:
    """Computes every figure of the model card.

    Returns:
        "full" and "mild" views with the rows of TARGETS by language and template set, and
        "real" photographs if the folder exists.
    """
    model = ClipEncoder(MatchingSettings(model=str(folder), threads=THREADS))
    seeds = range(FIRST_TEST_SEED, FIRST_TEST_SEED + n_things)
    things = [sample_thing(seed, DRAWABLE[i % len(DRAWABLE)]) for i, seed in enumerate(seeds)]
    drawn = [draw_thing(thing, VIEW_PX) for thing in things]
    figures: dict[str, Any] = {}
    presets: tuple[Preset, ...] = ("full", "mild")
    for preset in presets:
        first = _view_vectors(model, things, drawn, preset, 1)
        second = _view_vectors(model, things, drawn, preset, 2)
        figures[preset] = {
            "category": _category_accuracy(model, things, first),
            "same thing@1": _recall(first, second, 1),
            "same thing@5": _recall(first, second, 5),
            **_caption_recalls(model, things, first),
        }
    if REAL_PHOTOS.is_dir():
        figures["real"] = _real_photographs(model)
    return figures


def _view_vectors(
    model: ClipEncoder,
    things: Sequence[Thing],
    drawn: Sequence[Image.Image],
    preset: Preset,
    which: int,
) -> Vecs:
    rows = []
    for start in tqdm(range(0, len(things), 64), desc=f"{preset} views {which}", leave=False):
        part = slice(start, start + 64)
        pictures = [
            view(sprite, np.random.default_rng((thing.seed, which)), PRESETS[preset], VIEW_PX)
            for thing, sprite in zip(things[part], drawn[part], strict=True)
        ]
        rows.append(model.encode_images(pictures))
    return np.concatenate(rows)


def _category_accuracy(model: ClipEncoder, things: Sequence[Thing], images: Vecs) -> float:
    means = [
        model.encode_texts([*prompts(code, "ko"), *prompts(code, "en")]).mean(axis=0)
        for code in DRAWABLE
    ]
    best = (images @ unit(np.stack(means)).T).argmax(axis=1)
    return float(
        np.mean([DRAWABLE[i] == thing.category for i, thing in zip(best, things, strict=True)])
    )


def _caption_recalls(model: ClipEncoder, things: Sequence[Thing], images: Vecs) -> dict[str, float]:
    figures = {}
    sets: tuple[TemplateSet, ...] = ("trained", "held_out")
    for language in ("ko", "en"):
        for templates in sets:
            texts = model.encode_texts(
                [caption(thing, thing.seed, language, 3, templates) for thing in things]
            )
            for k in (1, 5):
                figures[f"caption@{k} {language} {templates}"] = _recall(texts, images, k)
    return figures


def _recall(queries: Vecs, targets: Vecs, k: int) -> float:
    """Share of queries i that have target i among their k nearest."""
    similarities = queries @ targets.T
    own = np.diag(similarities)[:, None]
    return float(np.mean((similarities > own).sum(axis=1) < k))


def _real_photographs(model: ClipEncoder) -> dict[str, float]:
    paths = sorted(REAL_PHOTOS.glob("*/*.jpg"))
    pictures = [Image.open(path).convert("RGB") for path in paths]
    labels = np.array([path.parent.name for path in paths])

    def rank_one(describe: Callable[[Image.Image], Vecs]) -> float:
        vectors = unit(np.stack([describe(picture) for picture in tqdm(pictures, leave=False)]))
        similarities = vectors @ vectors.T
        np.fill_diagonal(similarities, -np.inf)
        return float(np.mean(labels[similarities.argmax(axis=1)] == labels))

    return {
        "photographs": float(len(paths)),
        "bundled model": rank_one(lambda picture: model.encode_images([picture])[0]),
        "HSV histogram, whole picture": rank_one(lambda picture: _histogram(picture, 1.0)),
        "HSV histogram, centre 60%": rank_one(lambda picture: _histogram(picture, 0.6)),
    }


def _histogram(picture: Image.Image, share: float) -> Vecs:
    w, h = picture.size
    dx, dy = w * (1 - share) / 2, h * (1 - share) / 2
    part = picture.crop((round(dx), round(dy), round(w - dx), round(h - dy))).convert("HSV")
    bins = np.asarray(part).reshape(-1, 3).astype(np.intp) // 64
    counts = np.bincount(bins @ np.array([16, 4, 1]), minlength=64)
    roots: Vecs = np.sqrt(counts / counts.sum()).astype(np.float32)
    return roots  # their cosine is the Bhattacharyya coefficient


def table(figures: dict[str, Any]) -> str:
    """The figures as a Markdown table, with their targets."""
    lines = ["| drawn things | full views | mild views | target full / mild |", "|---|---|---|---|"]
    for row in figures["full"]:
        target = TARGETS.get(row.split()[0]) or TARGETS.get(row)
        goal = f"{target[0]:.2f} / {target[1]:.2f}" if target else ""
        full, mild = figures["full"][row], figures["mild"][row]
        lines.append(f"| {row} | {full:.3f} | {mild:.3f} | {goal} |")
    for row, value in figures.get("real", {}).items():
        lines.append(
            f"| real: {row} | {value:.3f} | | {'0.75' if row == 'bundled model' else ''} |"
        )
    if "real" not in figures:
        lines.append("| real photographs | missing: ../shared/data/same_item_photos | | |")
    return "\n".join(lines)


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=MODEL_DIR)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lostfound.settings")  # the encoder's
    figures = evaluate(args.model)
    print(table(figures))
    if args.json:
        args.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
