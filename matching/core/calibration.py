"""What the open posts say about the evidence, learnt without labels: `Calibration`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

import numpy as np

from matching.core.arrays import Floats, Ints
from matching.core.weights import CHANNELS, COLD_WEIGHTS, CROSS

# Terms that are weighed together, since they repeat each other.
TOGETHER: Final = ("category", *CHANNELS, "place", "colour", "brand")
LIKENESS: Final = (*CHANNELS, "colour", "brand")
CONTENT: Final = ("category", *LIKENESS)
MOST_CONTENT: Final = 12.0  # natural log of the most that the content counts for
BEYOND: Final = 0.4  # of the evidence beyond the most, so that it still ranks
UNLIKE_BELOW: Final = -3.0  # category evidence of things that are of different kinds
MOST_UNLIKE: Final = 1.5  # natural log of the most that their likeness counts for
RISE: Final = 3.0  # of what likeness may count for, per unit of category evidence
TAIL_RANGE: Final = (-3.0, 9.0)  # of the normalised similarity
TAIL_FROM: Final = 2.0  # beyond it, a channel's tail counts
PATTERNS: Final = 2 ** len(CHANNELS)


@dataclass(frozen=True)
class Calibration:
    """How much each kind of evidence is worth at one site; defaults are those of a cold start.

    Attributes:
        slopes: by term, a factor on its evidence.
        tails: by channel, natural log per unit of normalised similarity beyond TAIL_FROM.
        overlap: by channels present (`pattern_of`), natural log of the mean likelihood ratio over
            pairs that cannot be one thing; 0 if the evidence is neither repeated nor exaggerated.
        most: by channels present, natural log of the most that the content counts for.
        report: why it was adopted or refused, for people to read.
    """

    slopes: dict[str, float] = field(default_factory=dict)
    tails: dict[str, float] = field(default_factory=dict)
    overlap: tuple[float, ...] = (0.0,) * PATTERNS
    most: tuple[float, ...] = (MOST_CONTENT,) * PATTERNS
    report: dict[str, Any] = field(default_factory=dict)

    def symmetric(self) -> Self:
        """The mean of this and of the same with lost and found swapped."""
        swapped = [_swapped(pattern) for pattern in range(PATTERNS)]
        return replace(
            self,
            slopes=_evened(self.slopes, 1.0),
            tails=_evened(self.tails, 0.0),
            overlap=tuple((self.overlap[p] + self.overlap[q]) / 2 for p, q in enumerate(swapped)),
            most=tuple((self.most[p] + self.most[q]) / 2 for p, q in enumerate(swapped)),
        )

    def counted(self, evidence: dict[str, Floats], z: dict[str, Floats]) -> dict[str, Floats]:
        """Every term's evidence as it counts here.

        Args:
            z: the normalised similarities of the channels.
        """
        counted = {}
        for name, term in evidence.items():
            slope, tail = self.slopes.get(name, 1.0), self.tails.get(name, 0.0)
            counted[name] = term if slope == 1.0 else slope * term
            if tail:
                counted[name] = counted[name] + tail * tail_of(z[name])
        return counted

    def overlap_of(self, terms: dict[str, Floats], category: Floats) -> Floats:
        """What must be taken from the terms' sum, because they repeat each other.

        Args:
            terms: those of TOGETHER as they count here, NaN where absent.
            category: the category's evidence before calibration.
        """
        likeness = weighed_sum(terms, LIKENESS)
        kind = weighed_sum(terms, ("category",))
        pattern = pattern_of(terms)
        content = bounded(kind, likeness, most_likeness(category), np.array(self.most)[pattern])
        return np.asarray(content - kind - likeness - np.array(self.overlap)[pattern])


def weighed_sum(terms: Mapping[str, Floats], names: Iterable[str]) -> Floats:
    """The sum of these terms under the cold start's weights; an absent one (NaN) adds nothing."""
    total = np.zeros(terms["category"].shape)
    for name in names:
        if name in terms:
            total += COLD_WEIGHTS[name] * np.where(terms[name] == terms[name], terms[name], 0.0)
    return total


def bounded(kind: Floats, likeness: Floats, alike: Floats, most: Floats) -> Floats:
    """The evidence of the content as far as it counts. Shape: all the same

    Args:
        kind: the category's evidence.
        alike: what likeness may count for (`most_likeness`).
        most: what both together may count for, beyond which little is added.
    """
    content = kind + np.minimum(likeness, alike)
    return content - (1.0 - BEYOND) * np.maximum(content - most, 0.0)


def most_likeness(category: Floats) -> Floats:
    """What likeness may count for, by how probably both are the same kind of thing.

    Two things of different kinds can be alike in colour and material, which words, photographs and
    both comparisons across say again and again. Together that is worth no more than MOST_UNLIKE.

    Args:
        category: its evidence before calibration.

    Units: natural log
    """
    return MOST_UNLIKE + RISE * np.maximum(category - UNLIKE_BELOW, 0.0)


def _swapped(pattern: int) -> int:
    """The pattern with lost and found swapped, which exchanges the two cross channels' bits."""
    text_image, image_text = (pattern >> 1) & 1, pattern & 1
    return (pattern & ~3) | (image_text << 1) | text_image


def _evened(values: dict[str, float], default: float) -> dict[str, float]:
    crossing = [values.get(name, default) for name in CROSS]
    return {**values, **dict.fromkeys(CROSS, sum(crossing) / 2)}


def pattern_of(terms: dict[str, Floats]) -> Ints:
    """Which channels a pair has, as bits. Range: 0 to PATTERNS - 1"""
    pattern = np.zeros(terms["category"].shape, dtype=np.int64)
    for name in CHANNELS:
        pattern = 2 * pattern
        if name in terms:
            pattern += terms[name] == terms[name]
    return pattern


def channels_of(pattern: int) -> tuple[str, ...]:
    """The channels of a pattern."""
    bits = range(len(CHANNELS) - 1, -1, -1)
    return tuple(name for name, bit in zip(CHANNELS, bits, strict=True) if pattern >> bit & 1)


def tail_of(z: Floats) -> Floats:
    """How far a similarity goes beyond TAIL_FROM; 0 where it is absent."""
    beyond = np.clip(z, *TAIL_RANGE) - TAIL_FROM
    return np.where(beyond > 0.0, beyond, 0.0)
