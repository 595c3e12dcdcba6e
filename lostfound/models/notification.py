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
        return self.listed().filter(read_at=None)

    def listed(self) -> Self:
        """Those that are shown in the app."""
        return self.filter(is_listed=True)

    def email_owed(self) -> Self:
        """Whose e-mail is due, and nobody is sending it."""
        return self.filter(
            models.Q(email_lease_until=None) | models.Q(email_lease_until__lt=timezone.now()),
            email_due=True,
            emailed_at=None,
            email_attempts__lt=MAX_EMAIL_ATTEMPTS,
        )


class Notification(models.Model):
    """One message; its e-mail is owed until `emailed_at` is set.

    `is_listed` is False for one that its person wants by e-mail only.
    """

    class Kind(models.TextChoices):
        SUGGESTED = "suggested", _("Something similar was found")
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
    is_listed = models.BooleanField(_("in the app"), default=True)
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


class NotificationChoice(models.Model):
    """How a person wants to be told of one kind; without a row, in both ways."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notification_choices"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Notification.Kind.choices)
    in_app = models.BooleanField(_("in the app"), default=True)
    by_email = models.BooleanField(_("by e-mail"), default=True)

    class Meta:
        verbose_name = _("choice of messages")
        verbose_name_plural = _("choices of messages")
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="one_choice_per_kind")]

    def __str__(self) -> str:
        return f"{self.user}: {self.kind}"
