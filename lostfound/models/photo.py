"""Photographs prepared by lostfound.media.processing: of posts, and of claims."""

import uuid
from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lostfound.media.processing import full_upload_to, thumbnail_upload_to
from lostfound.models.category import Category
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
    FILE_FIELDS: ClassVar[tuple[str, ...]] = ("full", "thumbnail")

    @property
    def full_url(self) -> str:
        """The permission-checked address of the full photograph."""
        return reverse(self.url_name, args=[self.public_id, "full"])

    @property
    def thumbnail_url(self) -> str:
        """The permission-checked address of the small photograph."""
        return reverse(self.url_name, args=[self.public_id, "thumbnail"])


class Photo(StoredPhoto):
    """A photograph of a post.

    If its category's photographs are masked, `full` and `thumbnail` hold the masked pixels from the
    moment at which they exist, and `original` what was uploaded, if it is kept.
    """

    class Mask(models.TextChoices):
        RAW = "raw", _("as uploaded")
        MASKED = "masked", _("texts covered")
        FAILED = "failed", _("could not be masked")
        ALLOWED = "allowed", _("checked by staff")

    # In which nobody's numbers can be read, by a machine's or a person's judgement.
    CHECKED = (Mask.MASKED, Mask.ALLOWED)
    FILE_FIELDS = (*StoredPhoto.FILE_FIELDS, "original")
    url_name = "lostfound:photo"

    post = models.ForeignKey(
        Post, on_delete=models.CASCADE, related_name="photos", verbose_name=_("post")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    mask = models.CharField(
        _("masking"), max_length=7, choices=Mask.choices, default=Mask.RAW, editable=False
    )
    mask_tries = models.PositiveSmallIntegerField(default=0, editable=False)
    original = models.FileField(
        _("before masking"), upload_to=full_upload_to, max_length=200, blank=True, editable=False
    )
    # sha256 of `full` as it was uploaded; empty if that is still what it holds.
    upload_hash = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("photograph")
        verbose_name_plural = _("photographs")
        ordering = ("position", "id")
        permissions = [("view_unmasked_photo", "Can see photographs before they are masked")]

    def __str__(self) -> str:
        return f"{self.post} #{self.position + 1}"

    @property
    def is_safe(self) -> bool:
        """Whether nothing in it has to be masked any more: only then is it shown and compared."""
        return self.mask in self.CHECKED or self.post.photo_policy == Category.PhotoPolicy.NORMAL

    @property
    def hashes(self) -> set[str]:
        """Its content hash, and the one that it was uploaded with."""
        return {self.content_hash, self.upload_hash} - {""}

    @property
    def unmasked_url(self) -> str:
        """The permission-checked address of what was uploaded; empty if it is not kept."""
        if not self.original:
            return ""
        return reverse(self.url_name, args=[self.public_id, "unmasked"])


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
