"""The benchmark dataset: vectors of lost and found posts whose true pairs are known."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from matching.core.arrays import Floats, Ints, Texts
from matching.core.statistics import CategorySet
from matching.core.types import Candidates, Kind, PostFeatures
from matching.core.vectors import Vec
from matching.evaluation.dataset_file import (
    ARRAYS,
    BRANDS,
    COLOURS,
    LAST_DAYS,
    NO_CODE,
    SENTENCES,
    read_dataset_file,
)


@dataclass(frozen=True, eq=False)
class BenchmarkDataset:
    """The contents of a benchmark file; docs/matching.md describes each array.

    Shape: text_lost, image_lost (n_lost, dim), text_found, image_found (n_found, dim) unit
        vectors, a row of NaN for a missing image or an unreadable text; prompts (n_categories,
        dim); family (n_categories,); category_, place_, day_ (n,), -1 or NaN where missing; zone
        (n_buildings,); pair_lost, pair_found (n_pairs,); colour_, brand_ (n,), empty where
        unknown, or None; last_day_lost (n_lost,), NaN for an exact day, or None;
        sentence_lost, sentence_found (n, sentence_dim), or None without a second text encoder

    Attributes:
        share_space: whether texts and photographs can be compared. If not, each kind of vector has
            its own part of the `dim` numbers.
    """

    text_lost: Vec
    text_found: Vec
    image_lost: Vec
    image_found: Vec
    prompts: Vec
    family: Ints
    category_lost: Ints
    category_found: Ints
    place_lost: Ints
    place_found: Ints
    zone: Ints
    day_lost: Floats
    day_found: Floats
    pair_lost: Ints
    pair_found: Ints
    colour_lost: Texts | None = None
    colour_found: Texts | None = None
    brand_lost: Texts | None = None
    brand_found: Texts | None = None
    last_day_lost: Floats | None = None
    sentence_lost: Vec | None = None
    sentence_found: Vec | None = None
    share_space: bool = True

    @property
    def categories(self) -> CategorySet:
        """The categories; their codes are made from the row numbers in the file."""
        return CategorySet(
            codes=np.array([f"c{row}" for row in range(len(self.family))], dtype=np.str_),
            families=np.array([f"f{number}" for number in self.family], dtype=np.str_),
            prompt_vecs=self.prompts,
            share_space=self.share_space,
        )

    def features(self, kind: Kind) -> list[PostFeatures]:
        """The posts of one side. A found post's id is its row, a lost post's is -row - 1."""
        texts, images = self._of("text", kind), self._of("image", kind)
        categories, places = self._of("category", kind), self._of("place", kind)
        days = self._of("day", kind)
        colours, brands = self._of("colour", kind), self._of("brand", kind)
        sentences = self._of("sentence", kind)
        last_days = self.last_day_lost if kind == "lost" else None
        no_image = np.zeros((0, texts.shape[1]), dtype=np.float32)
        return [
            PostFeatures(
                post_id=row if kind == "found" else -row - 1,
                kind=kind,
                text_vec=_vec(texts, row),
                image_vecs=no_image if np.isnan(images[row, 0]) else images[row : row + 1],
                category=_code("c", categories[row]),
                family=_code("f", self.family[categories[row]] if categories[row] >= 0 else -1),
                colour=_named(colours, row),
                brand=_named(brands, row),
                building=_code("b", places[row]),
                zone=_code("z", self.zone[places[row]] if places[row] >= 0 else -1),
                day=_day(days, row),
                last_day=_day(last_days, row),
                sentence_vec=_vec(sentences, row),
            )
            for row in range(len(texts))
        ]

    def candidates(self, kind: Kind) -> Candidates:
        """The posts of one side as columns."""
        return Candidates.from_features(self.features(kind), self.prompts.shape[1])

    def _of(self, name: str, kind: Kind) -> Any:
        return getattr(self, f"{name}_{kind}")

    def save(self, path: Path) -> None:
        """Write the benchmark file."""
        may_be = (*COLOURS, *BRANDS, *SENTENCES, LAST_DAYS)
        known = [name for name in may_be if getattr(self, name) is not None]
        arrays = {name: getattr(self, name) for name in (*ARRAYS, *known)}
        np.savez_compressed(path, **arrays, separate_spaces=np.array(not self.share_space))

    @classmethod
    def load(cls, path: Path) -> "BenchmarkDataset":
        """Read and check a benchmark file.

        Raises: DatasetFileError, one line that names the array and the row.
        """
        return cls(**read_dataset_file(path))


def _day(days: Floats | None, row: int) -> float | None:
    return None if days is None or np.isnan(days[row]) else float(days[row])


def _named(codes: Texts | None, row: int) -> str | None:
    return None if codes is None else str(codes[row]) or None


def _vec(vecs: Vec | None, row: int) -> Vec | None:
    return None if vecs is None or np.isnan(vecs[row, 0]) else vecs[row]


def _code(letter: str, number: int) -> str | None:
    return None if number == NO_CODE else f"{letter}{number}"
