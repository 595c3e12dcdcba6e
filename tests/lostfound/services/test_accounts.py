"""Who may be deleted, and whom the office's records still refer to."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lostfound.models import AccessLog, Office, Post, User
from lostfound.services import AccountKept, delete_user, log_access, refuse_kept
from lostfound.services.access_log import KEPT_FOR, prune_access_log
from lostfound.services.accounts import MAX_NAMED
from tests.support.builders import make_post, make_user

pytestmark = pytest.mark.django_db


def test_whoever_looked_at_posts_of_others_stays() -> None:
    clerk = make_user(is_staff=True)
    log_access(clerk, AccessLog.What.POST, [make_post()])
    with pytest.raises(AccountKept, match=clerk.username):
        delete_user(clerk, actor=None)
    clerk.is_staff = clerk.is_active = False
    clerk.save()
    with pytest.raises(AccountKept):  # what was done while it was staff is still on record
        delete_user(clerk, actor=None)
    look = AccessLog.objects.get()
    assert look.actor == clerk


@pytest.mark.parametrize("is_staff", [True, False])
def test_whoever_took_things_in_for_an_office_stays_with_them(is_staff: bool) -> None:
    clerk = make_user(is_staff=is_staff, office=Office.objects.first())
    thing = make_post(author=clerk)
    with pytest.raises(AccountKept):
        delete_user(clerk, actor=None)
    assert Post.objects.get() == thing


def test_the_rule_lets_go_once_the_looks_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = make_user(is_staff=True)
    log_access(clerk, AccessLog.What.POST, [make_post()])
    late = timezone.now() + KEPT_FOR + timedelta(seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: late)
    prune_access_log()
    delete_user(clerk, actor=None)
    assert not User.objects.filter(pk=clerk.pk).exists()


def test_a_student_and_staff_who_did_nothing_yet_go() -> None:
    finder, new = make_user(), make_user(is_staff=True)
    make_post(author=finder)
    make_post(author=new, kind="lost")  # staff miss things, too
    for person in (finder, new):
        delete_user(person, actor=None)
    assert not Post.objects.exists() and not User.objects.exists()


def test_a_refusal_of_many_names_the_first() -> None:
    clerks = [make_user(is_staff=True) for _n in range(MAX_NAMED + 1)]
    for clerk in clerks:
        make_post(author=clerk)
    with pytest.raises(AccountKept) as refused:
        refuse_kept([make_user(), *clerks])
    message = str(refused.value)
    assert clerks[0].username in message and clerks[-1].username not in message and "…" in message
