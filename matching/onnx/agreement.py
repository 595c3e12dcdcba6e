"""How far the vectors of two engines agree on the same texts and photographs."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from matching.core.vectors import Vec, row_dots

# Similarities that differ by less are a tie: which of the two comes first is rounding. A twentieth
# of the spread between photographs of one category (.098, docs/matching.md).
TIE: Final = 0.005


@dataclass(frozen=True)
class Agreement:
    """What a comparison found.

    Attributes:
        text: lowest cosine of the two vectors of a text.
        image: lowest cosine of the two vectors of a photograph.
        queries: how many times a nearest text or photograph was asked for.
        moved: in how many of them another one came first, ties apart.
    """

    text: float
    image: float
    queries: int
    moved: int

    @property
    def lowest(self) -> float:
        """The lowest cosine of all."""
        return min(self.text, self.image)


def agreement(
    text_vecs: Vec, image_vecs: Vec, other_text_vecs: Vec, other_image_vecs: Vec
) -> Agreement:
    """Compare an engine (`other`) with the one that it shall replace.

    Each text and photograph asks for its nearest among the texts and among the photographs.

    Shape: (n, dim), (m, dim), (n, dim), (m, dim), unit vectors
    """
    moved = queries = 0
    both = ((text_vecs, other_text_vecs), (image_vecs, other_image_vecs))
    for asking, other_asking in both:
        for asked, other_asked in both:
            before, after = asking @ asked.T, other_asking @ other_asked.T
            if asking is asked:  # nothing is its own neighbour
                np.fill_diagonal(before, -np.inf)
                np.fill_diagonal(after, -np.inf)
            if before.shape[1] > (asking is asked):
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
    moved: npt.NDArray[np.bool_] = ~(lost < TIE)  # NaN has moved
    return moved


def _lowest(vecs: Vec, other_vecs: Vec) -> float:
    cosines = row_dots(vecs, other_vecs)
    if not np.isfinite(cosines).all():
        return -1.0
    return float(cosines.min(initial=1.0))
