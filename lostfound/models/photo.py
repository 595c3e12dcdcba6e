"""Photographs prepared by lostfound.media.processing: of posts, and of claims."""

import uuid

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lostfound.media.processing import full_upload_to, thumbnail_upload_to
from lostfound.models.claim import OwnershipClaim
from lostfound.models.post import Post


class StoredPhoto(models.Model):
    """Re-encoded pixels; the upload's original bytes are never stored."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    full = models.FileField(_("photograph"), upload_to=full_upload_to, max_length=200)
    thumbnail = models.FileField(_("small"), upload_to=thumbnail_upload_to, max_length=200)
    width_px = models.PositiveIntegerField(_("width in pixels"))
    height_px = models.PositiveIntegerField(_("height in pixels"))
    content_hash = models.CharField(max_length=64)  # sha256 of the bytes of `full`
    created_at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        abstract = True

    url_name = ""

    @property
    def full_url(self) -> str:
        """The permission-checked address of the full photograph."""
        return reverse(self.url_name, args=[self.public_id, "full"])

    @property
    def thumbnail_url(self) -> str:
        """The permission-checked address of the small photograph."""
        return reverse(self.url_name, args=[self.public_id, "thumbnail"])


class Photo(StoredPhoto):
    """A photograph of a post."""

    url_name = "lostfound:photo"

    post = models.ForeignKey(
        Post, on_delete=models.CASCADE, related_name="photos", verbose_name=_("post")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("photograph")
        verbose_name_plural = _("photographs")
        ordering = ("position", "id")

    def __str__(self) -> str:
        return f"{self.post} #{self.position + 1}"


class ClaimPhoto(StoredPhoto):
    """The one photograph that a claimant may add; only those who judge claims see it."""

    url_name = "lostfound:claim_photo"

    claim = models.OneToOneField(
        OwnershipClaim,
        on_delete=models.CASCADE,
        related_name="photo",
        verbose_name=_("claim of ownership"),
    )

    class Meta:
        verbose_name = _("photograph of a claim")
        verbose_name_plural = _("photographs of claims")

    def __str__(self) -> str:
        return str(self.claim)
