"""The owner's answer to a suggestion: evidence for staff, not a decision."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matching.models.match import Match


class SuggestionAnswer(models.Model):
    """The answer to one pair; a later one replaces it."""

    class Answer(models.TextChoices):
        MINE = "mine", _("This looks like mine")
        NOT_MINE = "not_mine", _("Not mine")

    match = models.OneToOneField(
        Match, on_delete=models.CASCADE, related_name="answer", verbose_name=_("pair")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("who")
    )
    answer = models.CharField(_("answer"), max_length=8, choices=Answer.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("owner's answer")
        verbose_name_plural = _("owners' answers")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.match}: {self.get_answer_display()}"
