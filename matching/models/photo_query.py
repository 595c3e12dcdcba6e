"""A photograph that somebody searches by: its vector alone, so that the address can be shared."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class PhotoQuery(models.Model):
    """What the encoder made of a photograph. The photograph itself is not kept."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    fingerprint = models.CharField(max_length=80)
    data = models.BinaryField()  # dim little-endian float32
    asked_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("search by photograph")
        verbose_name_plural = _("searches by photograph")

    def __str__(self) -> str:
        return str(self.public_id)
