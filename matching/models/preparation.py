"""How inputs were prepared for the vectors of each encoder."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RecordedPreparation(models.Model):
    """What the encoder gave its model for fixed samples, when its first vector was stored."""

    fingerprint = models.CharField(max_length=80, primary_key=True)
    inputs = models.JSONField()  # `Preparation.as_json`
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("preparation of inputs")
        verbose_name_plural = _("preparations of inputs")

    def __str__(self) -> str:
        return self.fingerprint
