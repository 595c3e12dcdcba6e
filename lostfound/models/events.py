"""The history of posts (append-only), and records of deleted ones."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lostfound.models.append_only import AppendOnly
from lostfound.models.post import Post


class DeletedPost(models.Model):
    """The record of a deleted post, so that devices can remove their copies."""

    public_id = models.UUIDField(unique=True, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="deleted_posts"
    )
    idempotency_key = models.CharField(max_length=80, blank=True)
    deleted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("deleted post")
        verbose_name_plural = _("deleted posts")
        ordering = ("-deleted_at", "-id")
        indexes = [models.Index(fields=["author", "deleted_at"])]

    def __str__(self) -> str:
        return str(self.public_id)


class PostEvent(AppendOnly):
    """One change of a post: who, when, what."""

    post = models.ForeignKey(
        Post, on_delete=models.CASCADE, related_name="events", verbose_name=_("post")
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("who"),
    )
    action = models.CharField(_("what"), max_length=40)
    from_status = models.CharField(_("status before"), max_length=10, blank=True)
    to_status = models.CharField(_("status after"), max_length=10, blank=True)
    detail = models.JSONField(_("details"), default=dict, blank=True)
    at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return f"{self.action} {self.from_status}→{self.to_status}".strip()
