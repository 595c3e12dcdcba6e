"""The counters of the rate limits."""

from django.db import models


class ThrottleCounter(models.Model):
    """How often a person or address did something within one window."""

    key = models.CharField(max_length=120, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "throttle counter"

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"
