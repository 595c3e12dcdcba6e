"""What matching stores: the outbox, the cached vectors, the matches and what staff decided."""

import uuid
from typing import Self

import numpy as np
import numpy.typing as npt
from django.conf import settings
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


class Match(models.Model):
    """A pair that the strategy suggests, and what became of it."""

    class Status(models.TextChoices):
        SUGGESTED = "suggested", _("suggested")
        CONFIRMED = "confirmed", _("confirmed")
        REJECTED = "rejected", _("rejected")
        SET_ASIDE = "set_aside", _("set aside")  # one of its posts was matched elsewhere
        WITHDRAWN = "withdrawn", _("withdrawn")  # the evidence or a post went away
        GATED = "gated", _("ruled out")  # similar, but a gate makes it impossible

    lost = models.ForeignKey(
        Post, on_delete=models.CASCADE, related_name="matches_as_lost", verbose_name=_("lost")
    )
    found = models.ForeignKey(
        Post, on_delete=models.CASCADE, related_name="matches_as_found", verbose_name=_("found")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.SUGGESTED
    )
    strategy = models.CharField(_("strategy"), max_length=40)
    fingerprint = models.CharField(_("encoder"), max_length=80)
    score = models.FloatField(_("score"))
    terms = models.JSONField(_("terms"), default=dict)
    gates = models.JSONField(_("gates"), default=list)
    evidence_hash = models.CharField(max_length=64)  # both posts' content when it was scored
    created_at = models.DateTimeField(_("suggested"), default=timezone.now)
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
    set_aside_by = models.ForeignKey(
        "MatchDecision", on_delete=models.SET_NULL, null=True, blank=True, related_name="set_aside"
    )

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        ordering = ("-created_at", "-score", "-id")
        constraints = [
            models.UniqueConstraint(fields=["lost", "found"], name="one_match_per_pair"),
            models.UniqueConstraint(
                fields=["lost"],
                condition=models.Q(status="confirmed"),
                name="one_confirmed_match_per_lost",
            ),
            models.UniqueConstraint(
                fields=["found"],
                condition=models.Q(status="confirmed"),
                name="one_confirmed_match_per_found",
            ),
        ]
        indexes = [models.Index(fields=["status", "-created_at", "-score"])]

    def __str__(self) -> str:
        return f"{self.lost} ↔ {self.found}"


class MatchDecision(models.Model):
    """What staff decided, and what they saw when they did. Rows are only ever added."""

    class Action(models.TextChoices):
        CONFIRM = "confirm", _("confirmed")
        REJECT = "reject", _("rejected")
        UNDO = "undo", _("undone")

    class Reason(models.TextChoices):
        """Why a pair was rejected: a short list, so that the answers can be counted."""

        DIFFERENT_THING = "different_thing", _("A different kind of thing")
        DIFFERENT_DETAIL = "different_detail", _("Alike, but a detail differs")
        TIME_OR_PLACE = "time_or_place", _("Day or place cannot be right")
        OWNER_SAYS_NO = "owner_says_no", _("The owner says that it is not theirs")
        UNCLEAR = "unclear", _("Too little is known to tell")
        OTHER = "other", _("Another reason")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    match = models.ForeignKey(Match, on_delete=models.CASCADE, related_name="decisions")
    action = models.CharField(_("decision"), max_length=8, choices=Action.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    undoes = models.OneToOneField(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="undone_by"
    )
    status_before = models.CharField(max_length=10)
    score = models.FloatField()
    strategy = models.CharField(max_length=40)
    fingerprint = models.CharField(max_length=80)
    terms = models.JSONField(default=dict)
    gates = models.JSONField(default=list)
    evidence_hash = models.CharField(max_length=64)
    at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return f"{self.match}: {self.get_action_display()}"


class Heartbeat(models.Model):
    """When the worker last did something; written by every task, read by the supervisor."""

    name = models.CharField(max_length=40, primary_key=True)
    beat_at = models.DateTimeField()
    detail = models.CharField(max_length=1000, blank=True)

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return f"{self.name}: {self.beat_at:%Y-%m-%d %H:%M:%S}"
