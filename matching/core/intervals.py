"""Intervals of shares."""

from math import sqrt
from typing import Final

Z95: Final = 1.959964  # standard deviations to both sides that cover 95 %


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a share; reliable for few trials and for extreme shares. `trials` > 0.

    Source: Wilson (1927), the score interval
    """
    share, z2 = successes / trials, Z95**2
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = Z95 * sqrt(share * (1 - share) / trials + z2 / (4 * trials**2)) / (1 + z2 / trials)
    return max(middle - half, 0.0), min(middle + half, 1.0)
