"""Embeddings of photographs to search by, so that the URL of a search can be shared."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class PhotoQuery(models.Model):
    """The embedding of a photograph; the photograph itself is not stored."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    fingerprint = models.CharField(max_length=80)
    data = models.BinaryField()  # dim little-endian float32
    asked_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("search by photograph")
        verbose_name_plural = _("searches by photograph")

    def __str__(self) -> str:
        return str(self.public_id)
