"""How alike two posts are, as coarsely as their authors may know it.

A score in full would let somebody compare guesses at words that are not public.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from matching.core.registry import get_strategy
from matching.models import Match


class Likeness(models.TextChoices):
    """What a person is told in place of the score."""

    SIMILAR = "similar", _("Similar")
    VERY_SIMILAR = "very_similar", _("Very similar")


def likeness(match: Match) -> Likeness:
    """Very similar from where on people are told of a pair unasked."""
    is_strong = match.score >= get_strategy(match.strategy).alert_from
    return Likeness.VERY_SIMILAR if is_strong else Likeness.SIMILAR
