"""Deleting accounts, except those that the office's records still refer to."""

import logging
from collections.abc import Iterable, Sequence
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from lostfound.models import AccessLog, ClaimVerdict, CustodyEvent, Handover, User
from lostfound.services.admin_log import unquote_in_admin_log
from lostfound.services.claims import erase_claims
from lostfound.services.posts import delete_post

logger = logging.getLogger(__name__)

MAX_NAMED: Final = 5  # accounts listed in one error message


class AccountKept(Exception):
    """This account must not be deleted; the message says why."""


def has_worked_here(user: User) -> bool:
    """Whether the access log or a found thing's record refers to this account.

    The access log is pruned after a while, so this reason to keep an account can lapse.
    """
    if AccessLog.objects.filter(actor=user).exists():
        return True
    if CustodyEvent.objects.filter(actor=user).exists():
        return True
    if ClaimVerdict.objects.filter(by=user).exists():
        return True
    if Handover.objects.filter(second_by=user).exists():  # `by` has an event
        return True
    # Former staff may still belong to an office.
    is_or_was_staff = user.is_staff or user.office_id is not None
    return is_or_was_staff and user.posts.found().exists()


def refuse_kept(users: Iterable[User]) -> None:
    """Raise if any of these accounts has to be kept.

    Raises:
        AccountKept: with the names of the accounts concerned.
    """
    if kept := [user for user in users if has_worked_here(user)]:
        raise AccountKept(_why_kept(kept))


def _why_kept(users: Sequence[User]) -> str:
    names = ", ".join(user.get_username() for user in users[:MAX_NAMED])
    return _(
        "Cannot be deleted because the office's records refer to this account: %(names)s. Clear "
        "“%(active)s” and “%(staff)s” on the account instead: nobody will be able to sign in "
        "with it, and the records will keep its name."
    ) % {
        "names": names + (" …" if len(users) > MAX_NAMED else ""),
        "active": User._meta.get_field("is_active").verbose_name,
        "staff": User._meta.get_field("is_staff").verbose_name,
    }


def delete_user(user: User, *, actor: User | None) -> None:
    """Delete a person with their posts and the posts' files.

    Raises:
        AccountKept: the person has worked for the office.
        TransitionRefused: one of their posts is matched.
    """
    with transaction.atomic():
        # The lock makes a concurrent access log entry wait until this transaction has ended.
        refuse_kept(User.objects.select_for_update().filter(pk=user.pk))
        erase_claims(user)
        for post in user.posts.all():
            delete_post(post, actor=actor)
        user_pk = user.pk
        unquote_in_admin_log(User, [user_pk])
        user.delete()
    logger.info("User %s was deleted by user %s", user_pk, actor and actor.pk)
