"""Sending each notification's e-mail once, as far as that is possible."""

import logging
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone, translation

from lostfound.models import Handover, Notification
from lostfound.models.notification import MAX_EMAIL_ATTEMPTS
from lostfound.services.receipts import receipt_document
from lostfound.text.notifications import advice, headline

logger = logging.getLogger(__name__)

__all__ = ["MAX_EMAIL_ATTEMPTS", "build_email", "send_due_emails", "send_notification_email"]

LEASE_S: Final = 120  # well above EMAIL_TIMEOUT, so that a living sender is never overtaken
# Kinds with texts of their own; the others have a headline and one piece of advice.
OWN_TEXTS: Final = (
    Notification.Kind.SUGGESTED,
    Notification.Kind.MATCH_CONFIRMED,
    Notification.Kind.MATCH_WITHDRAWN,
    Notification.Kind.CLOSED_AS_DUPLICATE,
)
BATCH: Final = 100  # e-mails per sweep
ERROR_CHARS: Final = 300


def send_notification_email(notification_id: int) -> bool:
    """Claim, write and send one e-mail; errors are stored on the row.

    The claim is one conditional UPDATE, so only one of two concurrent senders sends. An e-mail
    can go out twice only if its sender is killed between handing it over and recording that.

    Returns: whether it was sent.
    """
    now = timezone.now()
    claimed = (
        Notification.objects.email_owed()
        .filter(pk=notification_id)
        .update(
            email_attempts=F("email_attempts") + 1,
            email_lease_until=now + timedelta(seconds=LEASE_S),
        )
    )
    if not claimed:
        return False
    notification = Notification.objects.select_related(
        "user", "post__category", "post__contact", "other_post__office__building", "claim"
    ).get(pk=notification_id)
    row = Notification.objects.filter(pk=notification_id)
    user = notification.user
    wants_it = bool(contact_email(notification)) or (user.is_active and user.wants_email)
    if not wants_it or not address_of(notification) or is_outdated(notification):
        row.update(email_due=False, email_lease_until=None)
        return False
    try:
        build_email(notification).send()
    except Exception as error:
        wait_s = LEASE_S * 2 ** (notification.email_attempts - 1)
        row.update(
            email_error=f"{type(error).__name__}: {error}"[:ERROR_CHARS],
            email_lease_until=now + timedelta(seconds=wait_s),
        )
        logger.warning("E-mail of notification %s was not sent: %r", notification_id, error)
        return False
    row.update(emailed_at=timezone.now(), email_error="", email_lease_until=None)
    return True


def send_due_emails() -> int:
    """Send due e-mails that nobody has claimed, oldest first; returns how many were sent.

    Failed e-mails back off: each attempt sets a lease twice as long as the one before.
    """
    due_ids = list(
        Notification.objects.email_owed()
        .order_by("created_at")
        .values_list("pk", flat=True)[:BATCH]
    )
    return sum(send_notification_email(pk) for pk in due_ids)


def is_outdated(notification: Notification) -> bool:
    """Whether a notification no longer holds by the time its e-mail is due.

    That is the case when a confirmed match has been undone, or when the post that something
    resembles is no longer open.
    """
    if notification.kind == Notification.Kind.CLAIM_APPROVED:
        claim = notification.claim
        return claim is None or claim.state != claim.State.APPROVED
    if notification.kind == Notification.Kind.SUGGESTED:
        return not notification.post.is_open
    return (
        notification.kind == Notification.Kind.MATCH_CONFIRMED
        and Notification.objects.filter(
            user=notification.user_id,
            post=notification.post_id,
            kind=Notification.Kind.MATCH_WITHDRAWN,
            id__gt=notification.pk,
        ).exists()
    )


def contact_email(notification: Notification) -> str:
    """The address of somebody for whom the office wrote the post; empty if it did not."""
    contact = getattr(notification.post, "contact", None)
    return contact.email if contact is not None and notification.claim_id is None else ""


def address_of(notification: Notification) -> str:
    """Where the e-mail goes: to whoever reported the loss, else to the post's author."""
    return contact_email(notification) or notification.user.email


def receipt_of(notification: Notification) -> Handover | None:
    """The hand-over that the recipient gets the receipt of: that for their own claim."""
    is_receipt = notification.kind == Notification.Kind.ITEM_RETURNED
    if not is_receipt or notification.claim_id is None:
        return None
    rows = Handover.objects.select_related("item__office", "item__post__category", "by")
    return rows.filter(claim=notification.claim_id, reversed_at=None).first()


def build_email(notification: Notification) -> EmailMessage:
    """The e-mail, in the recipient's language, with a link to their own post.

    Whoever has collected a thing gets the receipt as a page to print.
    """
    handover = receipt_of(notification)
    kept_at = notification.kept_at
    about = notification.claim or notification.post
    with translation.override(notification.user.language):
        context = {
            "user": notification.user,
            "post": notification.post,
            "claim": notification.claim,
            "kept_at": kept_at,
            "office": kept_at.office if kept_at else None,
            "url": settings.SITE_URL.rstrip("/") + about.get_absolute_url(),
            "site_url": settings.SITE_URL,
            "handover": handover,
        }
        folder = f"lostfound/email/{notification.kind}"
        if notification.kind not in OWN_TEXTS:
            folder = "lostfound/email/notice"
            context |= {"headline": headline(notification), "advice": advice(notification)}
        subject = render_to_string(f"{folder}_subject.txt", context)
        body = render_to_string(f"{folder}.txt", context)
        document = receipt_document(handover) if handover is not None else ""
    message = EmailMessage(
        # A line break in a title would inject a header.
        subject=" ".join(subject.split()),
        body=body.strip() + "\n",
        to=[address_of(notification)],
        headers={"Auto-Submitted": "auto-generated"},
    )
    if handover is not None:
        message.attach(f"{handover.receipt_no}.html", document, "text/html")
    return message
