"""Requests with an idempotency key that the API has carried out, so that none is done twice."""

from typing import Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

MAX_KEY_CHARS: Final = 60


class SentRequest(models.Model):
    """One request of one person. It holds no content: only a hash, and what was made or changed.

    Attributes:
        digest: SHA-256 of the address and the content, in hexadecimal.
        ref: identifies the row that the response shows.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sent_requests"
    )
    key = models.CharField(max_length=MAX_KEY_CHARS)
    digest = models.CharField(max_length=64)
    ref = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("request with a key")
        verbose_name_plural = _("requests with a key")
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="one_request_per_person_and_key")
        ]

    def __str__(self) -> str:
        return self.key
