"""Background tasks of the people's side. Every one may run twice without harm."""

from lostfound.services import emails


def send_notification_email(notification_id: int) -> bool:
    """Send one notification's e-mail unless it was sent; returns whether it was sent now."""
    return emails.send_notification_email(notification_id)


def send_due_emails() -> int:
    """Send what is owed and not under way, such as after a mail server's bad hour.

    Returns how many were sent. The sweep calls this.
    """
    return emails.send_due_emails()
