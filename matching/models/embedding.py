"""The outbox of matching, and the vectors that it fills."""

from typing import Self

import numpy as np
import numpy.typing as npt
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lostfound.models import Photo, Post


class Modality(models.TextChoices):
    """What a vector was made from."""

    TEXT = "text", _("words")
    IMAGE = "image", _("photograph")


class EmbeddingQuerySet(models.QuerySet["Embedding"]):
    """Adjectives for the outbox."""

    def claimable(self) -> Self:
        """Waiting, or running with a lease that ran out."""
        return self.filter(
            models.Q(status=Embedding.Status.PENDING)
            | models.Q(status=Embedding.Status.RUNNING, lease_until__lt=timezone.now())
        )

    def outdated(self, fingerprint: str, strategy: str, profile_version: int | None) -> Self:
        """Open posts that were matched with another encoder, strategy or profile than these."""
        other = ~models.Q(fingerprint=fingerprint) | ~models.Q(strategy=strategy)
        if profile_version is not None:
            other |= ~models.Q(profile_version=profile_version)
            other |= models.Q(profile_version=None)
        return self.filter(other, status=Embedding.Status.DONE, post__status=Post.Status.OPEN)


class Embedding(models.Model):
    """The outbox row of a post: written in the post's own transaction, worked off by a task.

    A task claims it with one conditional UPDATE that sets `token` and counts the attempt, and
    ends with an UPDATE under that token; a saved post resets it to PENDING, which takes the
    token away from whoever still works on the old content.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        IDLE = "idle", _("not wanted")  # the post is not open

    post = models.OneToOneField(
        Post, on_delete=models.CASCADE, related_name="embedding", verbose_name=_("post")
    )
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.PENDING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    token = models.UUIDField(null=True, blank=True, editable=False)
    worker = models.CharField(max_length=64, blank=True)  # "cluster:pid" that holds the lease
    lease_until = models.DateTimeField(null=True, blank=True)
    queued_at = models.DateTimeField(_("waiting since"), default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)  # last time a task was sent for it
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    fingerprint = models.CharField(_("encoder"), max_length=80, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)  # content whose vectors are stored
    strategy = models.CharField(_("strategy"), max_length=40, blank=True)
    profile_version = models.PositiveIntegerField(_("profile"), null=True, blank=True)
    tokens = models.JSONField(default=list, blank=True)  # keyed hashes of serial numbers and names
    error = models.TextField(_("error"), blank=True)

    objects = EmbeddingQuerySet.as_manager()

    class Meta:
        verbose_name = _("embedding")
        verbose_name_plural = _("embeddings")
        indexes = [models.Index(fields=["status", "queued_at"])]

    def __str__(self) -> str:
        return f"{self.post}: {self.get_status_display()}"


class Vector(models.Model):
    """One cached unit vector. Vectors of two fingerprints never meet."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="vectors")
    photo = models.ForeignKey(
        Photo, on_delete=models.CASCADE, null=True, blank=True, related_name="vectors"
    )
    modality = models.CharField(max_length=5, choices=Modality.choices)
    content_hash = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=80)
    dim = models.PositiveIntegerField()
    data = models.BinaryField()  # dim little-endian float32
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("vector")
        verbose_name_plural = _("vectors")
        constraints = [
            # Two partial ones, since SQLite lets NULLs differ and has no NULLS NOT DISTINCT.
            models.UniqueConstraint(
                fields=["post", "fingerprint"],
                condition=models.Q(photo=None),
                name="one_text_vector_per_post",
            ),
            models.UniqueConstraint(
                fields=["photo", "fingerprint"],
                condition=models.Q(photo__isnull=False),
                name="one_vector_per_photo",
            ),
        ]
        indexes = [models.Index(fields=["modality", "content_hash", "fingerprint"])]

    def __str__(self) -> str:
        return f"{self.modality} {self.content_hash[:8]}"

    @property
    def vec(self) -> npt.NDArray[np.float32]:
        """Shape: (dim,), unit length."""
        return np.frombuffer(bytes(self.data), dtype="<f4").astype(np.float32, copy=False)
