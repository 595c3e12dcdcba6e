"""Things at the police beside lost posts: their vectors, and the likely pairs."""

import numpy as np
import numpy.typing as npt
from django.db import models
from django.utils.translation import gettext_lazy as _

from lostfound.models import PoliceFound, Post
from matching.models.embedding import Modality, vec_of


class PoliceEmbedding(models.Model):
    """The vector of the words or of the photograph of one thing at the police."""

    found = models.ForeignKey(PoliceFound, on_delete=models.CASCADE, related_name="embeddings")
    modality = models.CharField(max_length=5, choices=Modality.choices, default=Modality.TEXT)
    content_hash = models.CharField(max_length=64)  # of the row or photograph that was embedded
    fingerprint = models.CharField(max_length=80)
    dim = models.PositiveIntegerField()
    data = models.BinaryField()  # as Embedding.data

    class Meta:
        verbose_name = _("embedding of a thing at the police")
        verbose_name_plural = _("embeddings of things at the police")
        constraints = [
            models.UniqueConstraint(
                fields=["found", "fingerprint", "modality"],
                name="one_vector_per_thing_at_the_police",
            )
        ]

    def __str__(self) -> str:
        return f"{self.found_id} {self.content_hash[:8]}"

    @property
    def vec(self) -> npt.NDArray[np.float32]:
        """Shape: (dim,), unit length, or zero for a text that the encoder cannot read."""
        return vec_of(self.data, self.dim)


class PoliceMatch(models.Model):
    """A thing at the police that may be what a post has lost. Nobody decides it here."""

    lost = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="police_matches")
    found = models.ForeignKey(PoliceFound, on_delete=models.CASCADE, related_name="matches")
    score = models.FloatField(_("score"))
    terms = models.JSONField(_("terms"), default=dict)
    strategy = models.CharField(max_length=40)
    fingerprint = models.CharField(max_length=80)
    created_at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("similar thing at the police")
        verbose_name_plural = _("similar things at the police")
        ordering = ("-score", "pk")
        constraints = [
            models.UniqueConstraint(fields=["lost", "found"], name="one_police_match_per_pair")
        ]

    def __str__(self) -> str:
        return f"{self.lost_id} = {self.found_id}? {self.score:.2f}"
