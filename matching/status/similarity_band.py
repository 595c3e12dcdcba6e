"""The similarity of two posts in two bands, which is all that their authors may know.

An exact score would let somebody test guesses about text that is not public.
"""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from matching.core.registry import get_strategy
from matching.models import Match

# A probability of calibrated_v3; a cosine this high is as rare.
VERY_SIMILAR_FROM: Final = 0.8


class SimilarityBand(models.TextChoices):
    """What authors see instead of the score."""

    SIMILAR = "similar", _("Similar")
    VERY_SIMILAR = "very_similar", _("Very similar")


def similarity_band(match: Match) -> SimilarityBand:
    """The band of a match; of very similar pairs, four in five are about one thing."""
    is_strong = match.score >= max(get_strategy(match.strategy).alert_from, VERY_SIMILAR_FROM)
    return SimilarityBand.VERY_SIMILAR if is_strong else SimilarityBand.SIMILAR
