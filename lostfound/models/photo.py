"""A photograph of a post, prepared by lostfound.media.processing."""

import uuid

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lostfound.media.processing import full_upload_to, thumbnail_upload_to
from lostfound.models.post import Post


class Photo(models.Model):
    """Re-encoded pixels; the upload's original bytes are never stored."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    post = models.ForeignKey(
        Post, on_delete=models.CASCADE, related_name="photos", verbose_name=_("post")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    full = models.FileField(_("photograph"), upload_to=full_upload_to, max_length=200)
    thumbnail = models.FileField(_("small"), upload_to=thumbnail_upload_to, max_length=200)
    width_px = models.PositiveIntegerField(_("width in pixels"))
    height_px = models.PositiveIntegerField(_("height in pixels"))
    content_hash = models.CharField(max_length=64)  # sha256 of the bytes of `full`
    created_at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("photograph")
        verbose_name_plural = _("photographs")
        ordering = ("position", "id")

    def __str__(self) -> str:
        return f"{self.post} #{self.position + 1}"

    @property
    def full_url(self) -> str:
        """The permission-checked address of the full photograph."""
        return reverse("lostfound:photo", args=[self.public_id, "full"])

    @property
    def thumbnail_url(self) -> str:
        """The permission-checked address of the small photograph."""
        return reverse("lostfound:photo", args=[self.public_id, "thumbnail"])
