"""Removing people, and who stays since the records of the office name them."""

import logging
from collections.abc import Iterable, Sequence
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from lostfound.models import AccessLog, User
from lostfound.services.posts import delete_post

logger = logging.getLogger(__name__)

MAX_NAMED: Final = 5  # accounts of one refusal


class AccountKept(Exception):
    """This account is not to be deleted; the message says why."""


def has_worked_here(user: User) -> bool:
    """Whether the office's record of looks, or what it took in, hangs on this account.

    Looks are forgotten after a time, and with them this reason to stay.
    """
    if AccessLog.objects.filter(actor=user).exists():
        return True
    # Who is staff no more may still belong to an office.
    is_or_was_staff = user.is_staff or user.office_id is not None
    return is_or_was_staff and user.posts.found().exists()


def refuse_kept(users: Iterable[User]) -> None:
    """See that nobody among these has to stay.

    Raises:
        AccountKept: with the names of those who have to.
    """
    if kept := [user for user in users if has_worked_here(user)]:
        raise AccountKept(_why_kept(kept))


def _why_kept(users: Sequence[User]) -> str:
    names = ", ".join(user.get_username() for user in users[:MAX_NAMED])
    return _(
        "Cannot be deleted, since it worked for the office, whose records would lose the name: "
        "%(names)s. Take “%(active)s” and “%(staff)s” away from the account instead: then nobody "
        "can sign in with it, and the records keep its name."
    ) % {
        "names": names + (" …" if len(users) > MAX_NAMED else ""),
        "active": User._meta.get_field("is_active").verbose_name,
        "staff": User._meta.get_field("is_staff").verbose_name,
    }


def delete_user(user: User, *, actor: User | None) -> None:
    """Remove a person with their posts, and the files of those.

    Raises:
        AccountKept: the person has worked for the office.
        TransitionRefused: one of their posts is matched.
    """
    with transaction.atomic():
        # Locked: a look that is written down meanwhile has to wait for the end of this.
        refuse_kept(User.objects.select_for_update().filter(pk=user.pk))
        for post in user.posts.all():
            delete_post(post, actor=actor)
        user_pk = user.pk
        user.delete()
    logger.info("User %s was deleted by user %s", user_pk, actor and actor.pk)
