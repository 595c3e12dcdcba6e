"""Cached embeddings of posts' texts and photographs."""

from collections.abc import Iterable
from typing import Self

import numpy as np
import numpy.typing as npt
from django.db import models
from django.utils.translation import gettext_lazy as _

from lostfound.models import Photo, Post


class Modality(models.TextChoices):
    """What an embedding was computed from."""

    TEXT = "text", _("words")
    IMAGE = "image", _("photograph")


class EmbeddingQuerySet(models.QuerySet["Embedding"]):
    """Lookups in the cache."""

    def of_post_or_content(
        self, post: Post, content_hashes: Iterable[str], fingerprint: str
    ) -> Self:
        """All embeddings of a post, and one of any post for each of these content hashes."""
        same_content = (
            self.filter(content_hash__in=list(content_hashes), fingerprint=fingerprint)
            .values("modality", "content_hash")
            .annotate(oldest=models.Min("pk"))
        )
        return self.filter(models.Q(post=post) | models.Q(pk__in=same_content.values("oldest")))


class Embedding(models.Model):
    """One cached unit vector. Embeddings of two fingerprints are never compared.

    Without data, the encoder cannot read the text: it was embedded, and has no vector.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="embeddings")
    photo = models.ForeignKey(
        Photo, on_delete=models.CASCADE, null=True, blank=True, related_name="embeddings"
    )
    modality = models.CharField(max_length=5, choices=Modality.choices)
    content_hash = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=80)
    dim = models.PositiveIntegerField()
    data = models.BinaryField()  # dim little-endian float32, or nothing
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EmbeddingQuerySet.as_manager()

    class Meta:
        verbose_name = _("embedding")
        verbose_name_plural = _("embeddings")
        constraints = [
            # Two partial constraints, because SQLite treats NULLs as distinct.
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
        indexes = [
            models.Index(fields=["modality", "content_hash", "fingerprint"]),
            models.Index(fields=["post"], condition=models.Q(data=b""), name="unreadable_texts"),
        ]

    def __str__(self) -> str:
        return f"{self.modality} {self.content_hash[:8]}"

    @property
    def vec(self) -> npt.NDArray[np.float32]:
        """Shape: (dim,), unit length, or zero for a text that the encoder cannot read."""
        return vec_of(self.data, self.dim)


def stored_vec(vec: npt.NDArray[np.float32]) -> bytes:
    """A vector as `Embedding.data`; an unreadable text has none. Shape: (dim,)"""
    return np.asarray(vec, dtype="<f4").tobytes() if vec.any() else b""


def vec_of(data: bytes | memoryview, dim: int) -> npt.NDArray[np.float32]:
    """The vector that `stored_vec` wrote. Shape: (dim,)"""
    if not data:
        return np.zeros(dim, dtype=np.float32)
    return np.frombuffer(bytes(data), dtype="<f4").astype(np.float32, copy=False)
