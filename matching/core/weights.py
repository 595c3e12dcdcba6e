"""Turns evidence into a probability: everything that learning from decisions may change."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import log
from typing import Any, Final, Self

import numpy as np

from matching.core.arrays import Floats

# They swap places if lost and found do.
CROSS: Final = ("text_image", "image_text")
# `sentence` compares what a second encoder makes of the same texts; without one, it does not exist.
CHANNELS: Final = ("text_text", "sentence", "image_image", *CROSS)
TERMS: Final = ("category", *CHANNELS, "time", "place", "colour", "brand", "identity")
# Like the prior, it is no evidence of its own: what the terms say twice.
OVERLAP: Final = "overlap"
# What the owner answered to the suggestion. Assumed, as natural logs: of true pairs, nine in ten
# are recognised and one in twenty is denied; of false ones, fifteen and seventy-five in a hundred.
ANSWER: Final = "answer"
OWNER_SAYS: Final[dict[str, float]] = {"mine": log(0.9 / 0.15), "not_mine": log(0.05 / 0.75)}
# What the other candidates of both posts take from a pair's odds.
COMPETITION: Final = "competition"
# The cross channels repeat part of what the category already says.
COLD_WEIGHTS: Final[dict[str, float]] = {
    **dict.fromkeys(TERMS, 1.0),
    **dict.fromkeys(CROSS, 0.7),
}
# Steps are flat, and equal probabilities cannot be ranked: this share of the smooth curve stays.
SMOOTH_SHARE: Final = 0.02
MOST_LOG_ODDS: Final = 36.0  # beyond it, 1 - p rounds to 0


@dataclass(frozen=True)
class EvidenceWeights:
    """Weights of the terms, and the curve from log odds to probability.

    Attributes:
        weights: by term.
        missing: by term, the evidence in its absence, as a natural log; 0 until it is learnt.
        scale: factor on prior and terms together; corrects over- or underconfident scores.
        bias: natural log.
        steps: (log odds, probability) in rising order, if the curve itself was learnt.
    """

    weights: dict[str, float] = field(default_factory=lambda: dict(COLD_WEIGHTS))
    missing: dict[str, float] = field(default_factory=dict)
    scale: float = 1.0
    bias: float = 0.0
    steps: tuple[tuple[float, float], ...] = ()

    def log_odds(self, prior: float | Floats, terms: Mapping[str, Floats]) -> Floats:
        """Log odds of each pair before `steps`; an absent term (NaN) adds its `missing` entry."""
        log_odds: Floats | float = self.bias + self.scale * prior
        for name, term in terms.items():
            weighted = self.scale * self.weights.get(name, 1.0) * term
            # Takes half as long as `nan_to_num`, which also looks for infinities.
            log_odds = log_odds + np.where(term == term, weighted, self.missing.get(name, 0.0))
        return np.asarray(log_odds, dtype=np.float64)

    def probability(self, log_odds: Floats) -> Floats:
        """Probability of a match. Range: 0 to 1, rising with the log odds"""
        bounded = np.clip(log_odds, -MOST_LOG_ODDS, MOST_LOG_ODDS)
        smooth = 1.0 / (1.0 + np.exp(-bounded))
        if not self.steps:
            return np.asarray(smooth, dtype=np.float64)
        at, reached = np.array(self.steps, dtype=np.float64).T
        stepped = np.interp(bounded, at, reached)
        return np.asarray(SMOOTH_SHARE * smooth + (1 - SMOOTH_SHARE) * stepped, dtype=np.float64)

    def as_json(self) -> dict[str, Any]:
        """A dict that `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The weights that `as_json` wrote; missing keys keep their values from a cold start."""
        steps = tuple((float(at), float(p)) for at, p in data.get("steps", ()))
        return cls(**{**data, "steps": steps})
