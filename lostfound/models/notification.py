"""What a person is told, in the app and by e-mail."""

from typing import Final, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lostfound.models.post import Post

MAX_EMAIL_ATTEMPTS: Final = 5


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Adjectives for notifications."""

    def unread(self) -> Self:
        """Not seen by their reader yet."""
        return self.filter(read_at=None)

    def email_owed(self) -> Self:
        """Whose e-mail is due, and nobody is sending it."""
        return self.filter(
            models.Q(email_lease_until=None) | models.Q(email_lease_until__lt=timezone.now()),
            email_due=True,
            emailed_at=None,
            email_attempts__lt=MAX_EMAIL_ATTEMPTS,
        )


class Notification(models.Model):
    """One message; its e-mail is owed until `emailed_at` is set."""

    class Kind(models.TextChoices):
        MATCH_CONFIRMED = "match_confirmed", _("A match was confirmed")
        MATCH_WITHDRAWN = "match_withdrawn", _("A confirmed match was taken back")
        CLOSED_AS_DUPLICATE = "closed_as_duplicate", _("A post was closed: reported twice")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notifications",
        verbose_name=_("user"),
    )
    post = models.ForeignKey(
        Post, on_delete=models.CASCADE, related_name="notifications", verbose_name=_("post")
    )
    # The thing that was found, where the message is about it: its office is where to go.
    other_post = models.ForeignKey(
        Post,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("found thing"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    created_at = models.DateTimeField(_("when"), auto_now_add=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    email_due = models.BooleanField(_("e-mail wanted"), default=True)
    email_attempts = models.PositiveSmallIntegerField(_("attempts to send"), default=0)
    email_lease_until = models.DateTimeField(null=True, blank=True)  # somebody is sending it
    email_error = models.CharField(_("error"), max_length=300, blank=True)
    emailed_at = models.DateTimeField(_("e-mail sent"), null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ("-created_at", "-id")
        indexes = [
            models.Index(fields=["user", "read_at"]),
            models.Index(
                fields=["created_at"],
                name="notification_email_owed",
                condition=models.Q(email_due=True, emailed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.post}"

    @property
    def kept_at(self) -> Post | None:
        """The found post that says where the thing is kept, for the one who lost it."""
        if self.kind == self.Kind.MATCH_CONFIRMED and self.post.kind == Post.Kind.LOST:
            return self.other_post
        return None
