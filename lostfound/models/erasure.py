"""The record that something was erased: how much of what, never what it was."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lostfound.models.append_only import AppendOnly


class Erasure(AppendOnly):
    """One run of the daily erasure, or one account that its owner deleted."""

    class Cause(models.TextChoices):
        PERIOD = "period", _("periods that ended")
        REQUEST = "request", _("a person's request")

    cause = models.CharField(_("cause"), max_length=7, choices=Cause.choices)
    counts = models.JSONField(_("how many"), default=dict)
    at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return f"{self.get_cause_display()}: {sum(self.counts.values())}"
