"""A person deletes their own account, with everything that they wrote."""

import logging
from typing import Final

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lostfound.models import CustodyDetail, CustodyEvent, Erasure, Item, Post, User
from lostfound.services.accounts import AccountKept, delete_user, has_worked_here
from lostfound.services.photo_staging import discard_all_staged

logger = logging.getLogger(__name__)

# Nobody can sign up with this name: it has characters that names must not have.
LEFT_TO_OFFICE: Final = "(deleted account)"


def refuse_own_deletion(user: User) -> None:
    """Raise if this person cannot delete their account now.

    Raises:
        AccountKept: with the reason, and what to do first.
    """
    if has_worked_here(user) or user.is_staff:
        raise AccountKept(
            _(
                "The office's records refer to your account, so you cannot delete it yourself. "
                "Please ask the person in charge of the office."
            )
        )
    if user.claims.live().filter(item__is_on_hold=True).exists():
        raise AccountKept(
            _("A thing that you claim is in dispute. Please ask the office before you go.")
        )
    matched = user.posts.filter(status=Post.Status.MATCHED)
    if (post := matched.exclude(item__state__in=Item.IN_CUSTODY).first()) is not None:
        raise AccountKept(
            _(
                "Your post “%(post)s” is matched. Please collect the thing, or ask the office to "
                "undo the match first."
            )
            % {"post": post.title}
        )


def delete_own_account(user: User) -> None:
    """Delete a person's posts, claims, photographs, drafts, messages and sign-ins at once.

    A thing that they found and that the office keeps stays there with its description, without
    their name. Receipts of what they collected stay until their period ends.

    Raises:
        AccountKept: see `refuse_own_deletion`.
        TransitionRefused: something has changed since.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        refuse_own_deletion(user)
        counts = {
            "left_to_office": _leave_things(user),
            "posts": user.posts.count(),
            "claims": user.claims.count(),
        }
        user_pk = user.pk
        keys = list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
        Session.objects.filter(pk__in=keys).delete()
        delete_user(user, actor=None)
        Erasure.objects.create(cause=Erasure.Cause.REQUEST, counts=counts)
        transaction.on_commit(lambda: discard_all_staged(user_pk))


def _leave_things(user: User) -> int:
    """Let the office's things lose their finder; returns how many there are."""
    brought = Item.objects.filter(Q(brought_by=user) | Q(post__author=user))
    received = CustodyEvent.objects.filter(item__in=brought, kind=CustodyEvent.Kind.RECEIVED)
    CustodyDetail.objects.filter(event__in=received).delete()
    brought.update(brought_note="", brought_contact="", brought_by=None)
    kept = list(user.posts.filter(item__state__in=Item.IN_CUSTODY).values_list("pk", flat=True))
    if kept:
        office, _new = User.objects.get_or_create(
            username=LEFT_TO_OFFICE, defaults={"is_active": False, "wants_email": False}
        )
        if _new:
            office.set_unusable_password()
            office.save(update_fields=["password"])
        rows = Post.objects.filter(pk__in=kept)
        rows.update(author=office, idempotency_key="", submission_hash="")
    return len(kept)
