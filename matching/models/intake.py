"""What people ask about a post that they are still writing."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class IntakeQuestion(models.Model):
    """Words and a photograph, until the worker has proposed a category and a colour for them.

    Neither outlives the answer, and no row outlives the day.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    text = models.TextField(blank=True)
    photo = models.BinaryField(default=bytes)  # a small JPEG, empty where there is none
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.WAITING)
    answer = models.JSONField(default=dict)  # {"category": [[code, p], ...], "colour": [...]}
    asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("intake question")
        verbose_name_plural = _("intake questions")
        ordering = ("-asked_at", "-pk")
        indexes = [models.Index(fields=["asked_at"])]

    def __str__(self) -> str:
        return f"{self.public_id} ({self.status})"
