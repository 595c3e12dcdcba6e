"""How well the vectors of two engines agree on the same texts and photographs."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from matching.core.vectors import Vec, row_dots

# A smaller difference of similarities is a tie, whose order is due to rounding. A twentieth of the
# spread between photographs of one category (.098, docs/matching.md).
TIE: Final = 0.005


@dataclass(frozen=True)
class Agreement:
    """The result of a comparison.

    Attributes:
        text: lowest cosine between both vectors of a text.
        image: lowest cosine between both vectors of a photograph.
        queries: number of nearest-neighbour queries.
        moved: number of queries with a different top result, apart from ties.
    """

    text: float
    image: float
    queries: int
    moved: int

    @property
    def lowest(self) -> float:
        """The lowest cosine of texts and photographs."""
        return min(self.text, self.image)


def agreement(
    text_vecs: Vec, image_vecs: Vec, other_text_vecs: Vec, other_image_vecs: Vec
) -> Agreement:
    """Compare an engine (`other`) with the one that it should replace.

    Each text and photograph is a query for its nearest text and its nearest photograph.

    Shape: (n, dim), (m, dim), (n, dim), (m, dim), unit vectors; texts that both cannot read, rows
        of zeros, are left out
    """
    read = text_vecs.any(axis=1) | other_text_vecs.any(axis=1)
    text_vecs, other_text_vecs = text_vecs[read], other_text_vecs[read]
    moved = queries = 0
    both = ((text_vecs, other_text_vecs), (image_vecs, other_image_vecs))
    for queried, other_queried in both:
        for target, other_target in both:
            before, after = queried @ target.T, other_queried @ other_target.T
            if queried is target:  # nothing is its own neighbour
                np.fill_diagonal(before, -np.inf)
                np.fill_diagonal(after, -np.inf)
            if before.shape[1] > (queried is target):
                queries += len(before)
                moved += int(_moved(before, after).sum())
    return Agreement(
        text=_lowest(text_vecs, other_text_vecs),
        image=_lowest(image_vecs, other_image_vecs),
        queries=queries,
        moved=moved,
    )


def _moved(before: Vec, after: Vec) -> npt.NDArray[np.bool_]:
    rows = np.arange(len(before))
    lost = before.max(axis=1) - before[rows, after.argmax(axis=1)]
    moved: npt.NDArray[np.bool_] = ~(lost < TIE)  # NaN counts as moved
    return moved


def _lowest(vecs: Vec, other_vecs: Vec) -> float:
    cosines = row_dots(vecs, other_vecs)
    if not np.isfinite(cosines).all():
        return -1.0
    return float(cosines.min(initial=1.0))
