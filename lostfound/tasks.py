"""Background tasks of the people's side, all safe to run twice."""

from django.conf import settings

from lostfound.infra.queue import enqueue, task_timeout_s
from lostfound.police.client import PoliceClient
from lostfound.police.details import read_details
from lostfound.police.importer import fetch_part
from lostfound.services import emails, masking

FETCH_TASK = "lostfound.tasks.fetch_police"
FETCH_SHARE = 0.25  # of a task's time: the answer after it may take as long again, three times


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


def fetch_police() -> bool:
    """Read some pages of the police's lists, and enqueue the next part; details come last.

    Returns: whether nothing is left to do today.
    """
    if not settings.POLICE_API_KEY:
        return True
    client = PoliceClient(settings.POLICE_API_URL, settings.POLICE_API_KEY)
    budget_s = FETCH_SHARE * task_timeout_s()
    if not fetch_part(client, budget_s=budget_s):
        enqueue(FETCH_TASK)
        return False
    read_details(client, budget_s=budget_s)
    return True
