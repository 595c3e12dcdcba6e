"""Possible duplicates: two posts of one kind that may be about the same thing."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lostfound.models import Post
from matching.models.profile import StoredProfile


class PossibleDuplicate(models.Model):
    """A thing that may have been reported twice, and the decision of staff. Only for staff.

    `first` is the post with the lower key.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("waiting")
        DISMISSED = "dismissed", _("different things")
        CLOSED = "closed", _("one of them closed")
        WITHDRAWN = "withdrawn", _("withdrawn")  # the evidence changed, or a post closed

    first = models.ForeignKey(
        Post, on_delete=models.CASCADE, related_name="+", verbose_name=_("earlier post")
    )
    second = models.ForeignKey(
        Post, on_delete=models.CASCADE, related_name="+", verbose_name=_("later post")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.OPEN
    )
    score = models.FloatField(_("probability"))
    terms = models.JSONField(_("terms"), default=dict)
    fingerprint = models.CharField(_("encoder"), max_length=80)
    profile = models.ForeignKey(
        StoredProfile, on_delete=models.PROTECT, related_name="+", verbose_name=_("profile")
    )
    evidence_hash = models.CharField(max_length=64)  # of both posts' content when it was scored
    created_at = models.DateTimeField(_("noticed"), default=timezone.now)
    scored_at = models.DateTimeField(_("scored"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        ordering = ("-created_at", "-score", "-id")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="one_duplicate_per_pair"),
            models.CheckConstraint(
                condition=models.Q(first__lt=models.F("second")), name="duplicate_first_is_earlier"
            ),
        ]
        indexes = [models.Index(fields=["status", "-created_at", "-score"])]

    def __str__(self) -> str:
        return f"{self.first} = {self.second}?"

    @property
    def posts(self) -> tuple[Post, Post]:
        """The earlier post, then the later one."""
        return self.first, self.second
