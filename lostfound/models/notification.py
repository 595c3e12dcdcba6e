"""Notifications in the app and by e-mail."""

from typing import Final, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lostfound.models.claim import OwnershipClaim
from lostfound.models.post import Post

MAX_EMAIL_ATTEMPTS: Final = 5


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Filters for notifications."""

    def unread(self) -> Self:
        """Shown in the app and not read yet."""
        return self.listed().filter(read_at=None)

    def listed(self) -> Self:
        """Shown in the app."""
        return self.due().filter(is_listed=True)

    def due(self) -> Self:
        """Whose time has come: those about a decision wait a moment, in case it is undone."""
        now = timezone.now()
        return self.filter(models.Q(not_before=None) | models.Q(not_before__lte=now))

    def email_owed(self) -> Self:
        """With an e-mail that is due and that nobody is sending."""
        return self.due().filter(
            models.Q(email_lease_until=None) | models.Q(email_lease_until__lt=timezone.now()),
            email_due=True,
            emailed_at=None,
            email_attempts__lt=MAX_EMAIL_ATTEMPTS,
        )


class Notification(models.Model):
    """One notification; its e-mail is due until `emailed_at` is set.

    `is_listed` is False if its person wants it by e-mail only.
    """

    class Kind(models.TextChoices):
        SUGGESTED = "suggested", _("Something similar was found")
        MATCH_CONFIRMED = "match_confirmed", _("A match was confirmed")
        MATCH_WITHDRAWN = "match_withdrawn", _("A confirmed match was undone")
        CLOSED_AS_DUPLICATE = "closed_as_duplicate", _("A post was closed as a duplicate")
        CLAIM_RECEIVED = "claim_received", _("A claim was received")
        CLAIM_ASKED = "claim_asked", _("There is a question about a claim")
        CLAIM_APPROVED = "claim_approved", _("A claimed thing can be collected")
        CLAIM_CLOSED = "claim_closed", _("A claim was closed")
        PICKUP_REMINDER = "pickup_reminder", _("A thing waits to be collected")
        PICKUP_LAPSED = "pickup_lapsed", _("A thing was not collected in time")
        ITEM_RECEIVED = "item_received", _("The office has taken a thing in")
        ITEM_LEFT = "item_left", _("A thing left the office")
        ITEM_RETURNED = "item_returned", _("A thing was handed over")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notifications",
        verbose_name=_("user"),
    )
    post = models.ForeignKey(
        Post, on_delete=models.CASCADE, related_name="notifications", verbose_name=_("post")
    )
    # The found post that the notification is about, if any: its office keeps the thing.
    other_post = models.ForeignKey(
        Post,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("found thing"),
    )
    # A claim of ownership that it is about; its page is where the message leads.
    claim = models.ForeignKey(
        OwnershipClaim,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="notifications",
        verbose_name=_("claim of ownership"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    not_before = models.DateTimeField(_("not before"), null=True, blank=True)
    created_at = models.DateTimeField(_("when"), auto_now_add=True)
    is_listed = models.BooleanField(_("in the app"), default=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    email_due = models.BooleanField(_("e-mail wanted"), default=True)
    email_attempts = models.PositiveSmallIntegerField(_("send attempts"), default=0)
    email_lease_until = models.DateTimeField(
        null=True, blank=True
    )  # until then, a sender has claimed it
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
        """The found post with the place where the thing is kept, for the person who lost it."""
        if self.kind == self.Kind.MATCH_CONFIRMED and self.post.kind == Post.Kind.LOST:
            return self.other_post
        return None


class NotificationChoice(models.Model):
    """Through which channels a person wants one kind of notification; both by default."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notification_choices"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Notification.Kind.choices)
    in_app = models.BooleanField(_("in the app"), default=True)
    by_email = models.BooleanField(_("by e-mail"), default=True)

    class Meta:
        verbose_name = _("notification preference")
        verbose_name_plural = _("notification preferences")
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="one_choice_per_kind")]

    def __str__(self) -> str:
        return f"{self.user}: {self.kind}"
