"""The log of what staff were shown."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matching.models.match import Match


class Impression(models.Model):
    """A pair that staff saw, with its rank, score and terms at that time. Append-only."""

    match = models.ForeignKey(
        Match, on_delete=models.CASCADE, related_name="impressions", verbose_name=_("pair")
    )
    rank = models.PositiveIntegerField(_("rank"))
    score = models.FloatField(_("score"))
    terms = models.JSONField(_("terms"))
    strategy = models.CharField(_("strategy"), max_length=40)
    fingerprint = models.CharField(_("encoder"), max_length=80)
    profile_version = models.PositiveIntegerField(
        _("profile"), default=0
    )  # 0: the strategy needs none
    evidence_hash = models.CharField(max_length=64)
    sampling_probability = models.FloatField(
        _("sampling probability"), default=1.0
    )  # a probability
    shown_at = models.DateTimeField(_("shown"), default=timezone.now)

    class Meta:
        verbose_name = _("impression")
        verbose_name_plural = _("impressions")
        ordering = ("-shown_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["match", "evidence_hash", "profile_version", "strategy"],
                name="one_impression_per_scoring",
            )
        ]

    def __str__(self) -> str:
        return f"{self.match} ({self.rank})"
