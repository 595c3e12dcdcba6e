"""Scoring profiles: the site's statistics behind its scores, by version."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from matching.core.profile import ScoringProfile
from matching.core.weights import EvidenceWeights


class StoredProfile(models.Model):
    """One version of the site's scoring profile; its key is the version. Rows never change.

    Only one per encoder is current. Older ones are kept as long as a match refers to them, so that
    every score can be explained by the numbers behind it.
    """

    class Origin(models.TextChoices):
        """What changed compared with the previous version."""

        BUILT = "built", _("built from the posts")
        LEARNT = "learnt", _("learnt from decisions")
        ROLLED_BACK = "rolled_back", _("rolled back")

    fingerprint = models.CharField(_("encoder"), max_length=80)
    origin = models.CharField(_("origin"), max_length=12, choices=Origin.choices)
    is_current = models.BooleanField(_("in use"), default=False)
    prompts_hash = models.CharField(max_length=64)  # of the category prompts
    weights = models.JSONField(
        _("weights"), default=dict
    )  # `matching.core.weights.EvidenceWeights`
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
        """The evidence weights of this version; does not load `data`."""
        return EvidenceWeights.from_json(self.weights)

    @property
    def profile(self) -> ScoringProfile:
        """The profile with this row's version.

        Raises: ProfileUnreadable
        """
        return ScoringProfile.from_bytes(bytes(self.data)).with_(version=self.pk)
