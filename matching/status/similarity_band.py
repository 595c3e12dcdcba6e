"""How alike two posts are, as coarsely as their authors may know it.

A score in full would let somebody compare guesses at words that are not public.
"""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from matching.core.registry import get_strategy
from matching.models import Match

# A probability of calibrated_v3; a cosine that high is as rare.
VERY_SIMILAR_FROM: Final = 0.8


class SimilarityBand(models.TextChoices):
    """What a person is told in place of the score."""

    SIMILAR = "similar", _("Similar")
    VERY_SIMILAR = "very_similar", _("Very similar")


def similarity_band(match: Match) -> SimilarityBand:
    """Very similar where four of five such pairs are about one thing."""
    is_strong = match.score >= max(get_strategy(match.strategy).alert_from, VERY_SIMILAR_FROM)
    return SimilarityBand.VERY_SIMILAR if is_strong else SimilarityBand.SIMILAR
