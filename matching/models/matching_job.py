"""The outbox of matching: one job per post, with its status."""

from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lostfound.models import Post


class MatchingJobQuerySet(models.QuerySet["MatchingJob"]):
    """Filters for the outbox."""

    def claimable(self) -> Self:
        """Jobs that are waiting, or running with an expired lease."""
        return self.filter(
            models.Q(status=MatchingJob.Status.PENDING)
            | models.Q(status=MatchingJob.Status.RUNNING, lease_until__lt=timezone.now())
        )

    def outdated(self, fingerprint: str, strategy: str, profile_version: int | None) -> Self:
        """Jobs of open posts that were matched with another encoder, strategy or profile."""
        other = ~models.Q(fingerprint=fingerprint) | ~models.Q(strategy=strategy)
        if profile_version is not None:
            other |= ~models.Q(profile_version=profile_version)
            other |= models.Q(profile_version=None)
        return self.filter(other, status=MatchingJob.Status.DONE, post__status=Post.Status.OPEN)


class MatchingJob(models.Model):
    """The outbox row of a post: written in the post's own transaction, processed by a task.

    A task claims it with one conditional UPDATE that sets `token` and counts the attempt, and
    ends with an UPDATE under that token. Saving the post resets it to PENDING, which revokes the
    token of any task that still works on the old content.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        IDLE = "idle", _("not needed")  # the post is not open

    post = models.OneToOneField(
        Post, on_delete=models.CASCADE, related_name="matching_job", verbose_name=_("post")
    )
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.PENDING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    token = models.UUIDField(null=True, blank=True, editable=False)
    worker = models.CharField(max_length=64, blank=True)  # "cluster:pid" of the lease's holder
    lease_until = models.DateTimeField(null=True, blank=True)
    queued_at = models.DateTimeField(_("waiting since"), default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)  # when a task was last enqueued for it
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    fingerprint = models.CharField(_("encoder"), max_length=80, blank=True)
    content_hash = models.CharField(
        max_length=64, blank=True
    )  # of the content whose embeddings are stored
    strategy = models.CharField(_("strategy"), max_length=40, blank=True)
    profile_version = models.PositiveIntegerField(_("profile"), null=True, blank=True)
    rest_odds = models.FloatField(default=0.0)  # of its pairs that are not stored, added up
    named_colour = models.CharField(max_length=16, blank=True)  # in the text
    named_brand = models.CharField(max_length=16, blank=True)
    tokens = models.JSONField(default=list, blank=True)  # keyed hashes of serial numbers and names
    error = models.TextField(_("error"), blank=True)

    objects = MatchingJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("matching job")
        verbose_name_plural = _("matching jobs")
        indexes = [models.Index(fields=["status", "queued_at"])]

    def __str__(self) -> str:
        return f"{self.post}: {self.get_status_display()}"
