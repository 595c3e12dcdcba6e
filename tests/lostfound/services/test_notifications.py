"""Due e-mails are sent once, in the reader's language, and say no more than needed."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from lostfound.models import Notification, Office, User
from lostfound.selectors import notifications_of, unread_notifications
from lostfound.services.emails import MAX_EMAIL_ATTEMPTS
from lostfound.tasks import send_due_emails, send_notification_email
from tests.support.builders import make_post, make_user, notified
from tests.support.python_process import run_python

pytestmark = pytest.mark.django_db
CONFIRMED = Notification.Kind.MATCH_CONFIRMED
WITHDRAWN = Notification.Kind.MATCH_WITHDRAWN


@pytest.fixture(autouse=True)
def outbox(settings: Settings) -> None:
    settings.SITE_URL = "https://lost.example.ac.kr/"


def tell_loser(language: str = "ko", **found: Any) -> Notification:
    """Somebody's lost post was matched with a found one."""
    lost = make_post(kind="lost", author=make_user(language=language), title="내 우산")
    return notified(lost.author, lost, CONFIRMED, other_post=make_post(**found))


def sent(notification: Notification) -> EmailMessage:
    mail.outbox.clear()
    assert send_notification_email(notification.pk)
    (message,) = mail.outbox
    return message


def due_again() -> None:
    Notification.objects.update(email_lease_until=timezone.now() - timedelta(seconds=1))


def test_the_loser_learns_where_to_go() -> None:
    office = Office.objects.get(code="library_office")
    notification = tell_loser("en", office=office, kept_note="shelf 3")
    message = sent(notification)
    assert message.to == [notification.user.email]
    assert message.subject == "Your lost thing was found: 내 우산"
    assert "Central library desk (Central library)" in message.body
    assert office.phone in message.body
    assert "ID" in message.body
    assert f"https://lost.example.ac.kr{notification.post.get_absolute_url()}" in message.body
    assert "shelf 3" not in message.body


def test_without_an_office_the_finders_words_say_where() -> None:
    assert "공대 302호" in sent(tell_loser(kept_note="공대 302호")).body


def test_without_any_place_the_advice_is_to_go_to_the_office() -> None:
    assert "go to the lost-and-found office" in sent(tell_loser("en")).body


def test_nothing_about_the_finder_is_revealed() -> None:
    notification = tell_loser("en", title="secret title", description="secret marks")
    message = sent(notification)
    assert notification.other_post is not None
    text = str(message.subject) + str(message.body)
    assert "secret" not in text
    assert notification.other_post.author.username not in text
    assert notification.other_post.author.email not in text


def test_the_finder_is_thanked_and_learns_nothing_about_the_loser() -> None:
    lost = make_post(kind="lost", title="loser's words")
    found = make_post(author=make_user(language="en"))
    message = sent(notified(found.author, found, CONFIRMED, other_post=lost))
    assert "Thank you" in message.body
    assert "loser" not in str(message.subject) + str(message.body)
    assert lost.author.email not in message.body


def test_an_undone_match_is_notified() -> None:
    post = make_post(kind="lost", author=make_user(language="en"))
    message = sent(notified(post.author, post, WITHDRAWN))
    assert "undone" in message.subject
    assert "open again" in message.body


def test_korean_is_written_to_those_who_read_it() -> None:
    korean, english = sent(tell_loser("ko")), sent(tell_loser("en"))
    assert english.subject.startswith("Your lost thing")
    office = Office.objects.get(code="gate_office")
    assert office.name_ko in sent(tell_loser("ko", office=office)).body
    assert office.name_en in sent(tell_loser("en", office=office)).body
    assert korean.body


def test_markup_in_a_title_is_text_and_adds_no_header() -> None:
    lost = make_post(kind="lost", title="<b>&</b> \r\nBcc: all@example.com")
    message = sent(notified(lost.author, lost, CONFIRMED))
    assert message.subject.endswith("<b>&</b> Bcc: all@example.com")
    assert message.recipients() == [lost.author.email]
    assert "\n" not in message.subject


def test_task_that_runs_twice_sends_once() -> None:
    notification = tell_loser()
    assert send_notification_email(notification.pk)
    assert not send_notification_email(notification.pk)
    assert send_due_emails() == 0
    assert len(mail.outbox) == 1
    notification.refresh_from_db()
    assert notification.emailed_at is not None
    assert notification.email_attempts == 1


def test_somebody_else_sending_it_is_left_alone() -> None:
    notification = tell_loser()
    Notification.objects.update(email_lease_until=timezone.now() + timedelta(seconds=60))
    assert not send_notification_email(notification.pk)
    due_again()
    assert send_due_emails() == 1


def test_row_that_is_gone_ends_quietly() -> None:
    assert not send_notification_email(987654)


def fail(*args: Any, **kwargs: Any) -> None:
    raise ConnectionRefusedError("mail server is down " + "x" * 500)


def test_failure_is_kept_and_tried_five_times(monkeypatch: pytest.MonkeyPatch) -> None:
    notification = tell_loser()
    with monkeypatch.context() as down:
        down.setattr(EmailMessage, "send", fail)
        for attempt in range(1, MAX_EMAIL_ATTEMPTS + 2):
            assert send_due_emails() == 0
            assert send_due_emails() == 0  # waits before it tries again
            notification.refresh_from_db()
            assert notification.email_attempts == min(attempt, MAX_EMAIL_ATTEMPTS)
            due_again()
    assert notification.email_error.startswith("ConnectionRefusedError: mail server is down")
    assert notification.emailed_at is None
    assert send_due_emails() == 0
    assert mail.outbox == []


def test_a_failed_e_mail_waits_twice_as_long_after_each_attempt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    notification = tell_loser()
    monkeypatch.setattr(EmailMessage, "send", fail)
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    for attempt, wait_s in enumerate((120, 240, 480, 960), start=1):
        send_due_emails()
        now += timedelta(seconds=wait_s - 1)
        send_due_emails()  # a second too early
        notification.refresh_from_db()
        assert notification.email_attempts == attempt
        now += timedelta(seconds=2)
    send_due_emails()
    notification.refresh_from_db()
    assert notification.email_attempts == MAX_EMAIL_ATTEMPTS


def test_mail_server_that_comes_back_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    notification = tell_loser()
    with monkeypatch.context() as down:
        down.setattr(EmailMessage, "send", fail)
        send_due_emails()
    due_again()
    assert send_due_emails() == 1
    notification.refresh_from_db()
    assert notification.email_error == ""


def test_one_bad_address_does_not_hold_up_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = tell_loser()
    User.objects.filter(pk=bad.user_id).update(email="a@b\nBcc: c@d")
    tell_loser()
    assert send_due_emails() == 1
    bad.refresh_from_db()
    assert "BadHeaderError" in bad.email_error or "Invalid" in bad.email_error


def test_who_wants_no_email_owes_none() -> None:
    post = make_post(author=make_user(wants_email=False))
    assert not notified(post.author, post, CONFIRMED).email_due
    nameless = make_post(author=make_user(email=""))
    assert not notified(nameless.author, nameless, CONFIRMED).email_due
    assert send_due_emails() == 0


@pytest.mark.parametrize("change", [{"wants_email": False}, {"is_active": False}, {"email": ""}])
def test_change_of_mind_before_sending_counts(change: dict[str, Any]) -> None:
    notification = tell_loser()
    User.objects.filter(pk=notification.user_id).update(**change)
    assert not send_notification_email(notification.pk)
    notification.refresh_from_db()
    assert not notification.email_due


def test_confirmation_that_was_taken_back_is_not_sent() -> None:
    notification = tell_loser()
    notified(notification.user, notification.post, WITHDRAWN)
    assert send_due_emails() == 1
    assert "undone" in mail.outbox[0].subject or "취소" in mail.outbox[0].subject


def test_task_is_queued_after_the_commit(
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    queued: list[Any] = []
    monkeypatch.setattr(
        "lostfound.services.notifications.enqueue", lambda *args, **kwargs: queued.append(args)
    )
    with django_capture_on_commit_callbacks(execute=True):
        notification = tell_loser()
        assert queued == []
    assert ("lostfound.tasks.send_notification_email", notification.pk) in queued


@pytest.mark.django_db(transaction=True)
def test_queue_that_is_down_costs_no_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lostfound.services.notifications.enqueue", fail)
    post = make_post()
    with transaction.atomic():
        notified(post.author, post, CONFIRMED)
    assert Notification.objects.get().email_due
    assert send_due_emails() == 1


def test_message_outlives_the_other_post() -> None:
    notification = tell_loser()
    assert notification.other_post is not None
    notification.other_post.delete()
    notification.refresh_from_db()
    assert notification.kept_at is None
    assert send_notification_email(notification.pk)


def test_unread_messages_come_with_their_place(
    django_assert_num_queries: Any,
) -> None:
    office = Office.objects.get(code="library_office")
    notification = tell_loser(office=office)
    Notification.objects.create(
        user=notification.user, post=notification.post, kind=WITHDRAWN, read_at=timezone.now()
    )
    with django_assert_num_queries(1):
        (unread,) = unread_notifications(notification.user)
        assert unread.kept_at is not None
        assert unread.kept_at.office is not None
        assert unread.kept_at.office.building.code == "central_library"
    assert notifications_of(notification.user).count() == 2


TWICE = """
import django
django.setup()
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from django.core import mail
from django.db import connection
from lostfound.models import Notification, User
from lostfound.services import submit_post
from lostfound.tasks import send_notification_email

author = User.objects.create_user("author", "author@example.com")
post = submit_post(author=author, kind="lost", fields={"title": "raced"})
barrier = Barrier(8)

def send(pk):
    barrier.wait()
    try:
        return send_notification_email(pk)
    finally:
        connection.close()

with ThreadPoolExecutor(8) as pool:
    for _ in range(10):
        row = Notification.objects.create(user=author, post=post, kind="match_confirmed")
        assert sum(pool.map(send, [row.pk] * 8)) == 1
assert len(mail.outbox) == 10, len(mail.outbox)
"""


@pytest.mark.processes
def test_of_eight_tasks_at_once_one_sends(var_dir: Path) -> None:
    done = run_python(
        "-c",
        TWICE,
        VAR_DIR=str(var_dir),
        EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
    )
    assert done.returncode == 0, done.stderr
