"""The statistics of the site that scores are made with, version by version."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from matching.core.profile import ScoringProfile
from matching.core.weights import EvidenceWeights


class StoredProfile(models.Model):
    """One version of the site's scoring profile; its key is the version. Rows never change.

    Only one for each encoder is current. Older ones stay as long as a match names them, so that
    every score can be explained by the numbers that made it.
    """

    class Origin(models.TextChoices):
        """What changed against the version before."""

        BUILT = "built", _("built from the posts")
        LEARNT = "learnt", _("learnt from decisions")
        ROLLED_BACK = "rolled_back", _("taken back")

    fingerprint = models.CharField(_("encoder"), max_length=80)
    origin = models.CharField(_("origin"), max_length=12, choices=Origin.choices)
    is_current = models.BooleanField(_("in use"), default=False)
    prompts_hash = models.CharField(max_length=64)  # of the taxonomy's words
    weights = models.JSONField(_("weights"), default=dict)  # `matching.core.weights.Weighing`
    built_from = models.JSONField(_("built from"), default=dict)
    report = models.JSONField(_("report"), default=dict, blank=True)  # why it was promoted
    data = models.BinaryField()  # `matching.core.profile.ScoringProfile.to_bytes`
    created_at = models.DateTimeField(_("built"), auto_now_add=True)

    class Meta:
        verbose_name = _("scoring profile")
        verbose_name_plural = _("scoring profiles")
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"],
                condition=models.Q(is_current=True),
                name="one_current_profile_per_encoder",
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} ({self.get_origin_display()})"

    @property
    def evidence_weights(self) -> EvidenceWeights:
        """How this version weighs evidence; does not read `data`."""
        return EvidenceWeights.from_json(self.weights)

    @property
    def profile(self) -> ScoringProfile:
        """The profile under this row's version.

        Raises: ProfileUnreadable
        """
        return ScoringProfile.from_bytes(bytes(self.data)).with_(version=self.pk)
