"""A row with a stable code, and a Korean and an English name."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class CodedModel(models.Model):
    """Base of categories and places."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name_ko = models.CharField(_("Korean name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=80)
    position = models.PositiveIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("offered in forms"), default=True)

    class Meta:
        abstract = True
        ordering = ("position", "code")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.in_language(self.name_ko, self.name_en)

    @staticmethod
    def in_language(korean: str, english: str) -> str:
        """The name in the reader's language."""
        return english if (get_language() or "ko").startswith("en") else korean
