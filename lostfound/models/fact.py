"""What the office knows about a thing and the public does not: claims are compared with it."""

import re
from typing import Final

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lostfound.models.claim import CategoryPrompt
from lostfound.models.item import Item

MIN_WEIGHT: Final = 1
MAX_WEIGHT: Final = 3
CHOICE_SEPARATORS: Final = re.compile(r"[/|]")


class ControlFact(models.Model):
    """One hidden fact of a thing, for staff only. `services.items.facts` changes it.

    Attributes:
        prompt: the question that it answers; None stands for any other fact.
        weight: 1 for what many people could guess, 3 for what only the owner can know.
    """

    class Kind(models.TextChoices):
        WORDS = "words", pgettext_lazy("kind of fact", "words")
        NUMBER = "number", pgettext_lazy("kind of fact", "number")
        CHOICE = "choice", _("one of several words")

    item = models.ForeignKey(
        Item, on_delete=models.CASCADE, related_name="facts", verbose_name=_("thing")
    )
    prompt = models.ForeignKey(
        CategoryPrompt,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("question"),
    )
    answer = models.TextField(_("hidden fact"))
    weight = models.PositiveSmallIntegerField(
        _("weight"),
        default=MIN_WEIGHT,
        validators=[MinValueValidator(MIN_WEIGHT), MaxValueValidator(MAX_WEIGHT)],
    )
    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices, default=Kind.WORDS)

    class Meta:
        verbose_name = _("hidden fact")
        verbose_name_plural = _("hidden facts")
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(weight__gte=MIN_WEIGHT, weight__lte=MAX_WEIGHT),
                name="weight_from_1_to_3",
            )
        ]

    def __str__(self) -> str:
        return self.answer

    @property
    def question(self) -> str:
        """The question that it answers, in the reader's language."""
        return self.prompt.text if self.prompt is not None else str(_("Other"))

    @property
    def spellings(self) -> list[str]:
        """The words that mean this fact; several only of a choice, such as brown/chestnut."""
        if self.kind != self.Kind.CHOICE:
            return [self.answer]
        parts = (part.strip() for part in CHOICE_SEPARATORS.split(self.answer))
        return [part for part in parts if part]
