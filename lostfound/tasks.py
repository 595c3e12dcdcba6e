"""Background tasks of the people's side, all safe to run twice."""

from lostfound.services import emails, masking


def send_notification_email(notification_id: int) -> bool:
    """Send a notification's e-mail if it has not been sent; returns whether it was sent now."""
    return emails.send_notification_email(notification_id)


def send_due_emails() -> int:
    """Send due e-mails that nobody is sending, for example after an outage of the mail server.

    Called by the sweep.

    Returns: how many were sent.
    """
    return emails.send_due_emails()


def mask_photos(post_id: int) -> int:
    """Mask the photographs of a post that need it; returns how many were masked now."""
    return masking.mask_photos(post_id)
