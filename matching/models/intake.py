"""Requests for suggestions for a post that is still being written."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class IntakeQuestion(models.Model):
    """Text and a photograph, for which the worker suggests a category and a colour.

    Both are deleted when the request is answered, and the row within a day.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    text = models.TextField(blank=True)
    photo = models.BinaryField(default=bytes)  # a small JPEG, or empty
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.WAITING)
    answer = models.JSONField(default=dict)  # {"category": [[code, p], ...], "colour": [...]}
    asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("suggestion request")
        verbose_name_plural = _("suggestion requests")
        ordering = ("-asked_at", "-pk")
        indexes = [models.Index(fields=["asked_at"])]

    def __str__(self) -> str:
        return f"{self.public_id} ({self.status})"
