"""Who is reviewing which pair, so that two people never review the same one."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matching.models.match import Match


class ReviewClaim(models.Model):
    """A pair that somebody is reviewing, until they decide, skip, or the claim expires."""

    match = models.OneToOneField(Match, on_delete=models.CASCADE, related_name="claim")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("pair under review")
        verbose_name_plural = _("pairs under review")
        indexes = [models.Index(fields=["user", "until"])]

    def __str__(self) -> str:
        return f"{self.match}: {self.user}"


class ReviewSkip(models.Model):
    """A pair that somebody has left to others, or to later."""

    match = models.ForeignKey(Match, on_delete=models.CASCADE, related_name="skips")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("skipped pair")
        verbose_name_plural = _("skipped pairs")
        constraints = [
            models.UniqueConstraint(fields=["match", "user"], name="one_skip_per_person")
        ]
        indexes = [models.Index(fields=["user", "at"])]

    def __str__(self) -> str:
        return f"{self.match}: {self.user}"
