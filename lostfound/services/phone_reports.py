"""Losses that people report by telephone or at the counter, without an account."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from lostfound.models import Post, PostContact, User
from lostfound.services.post_fields import clean_text
from lostfound.services.posts import submit_post


@transaction.atomic
def report_by_phone(
    *, clerk: User, fields: Mapping[str, Any], name: str, phone: str = "", email: str = ""
) -> Post:
    """Write down a loss for somebody; messages about it go to their e-mail address.

    The post belongs to an account of the caller's own, with which nobody can sign in: if it were
    the clerk's, it would never be compared with the things that the clerk takes in.

    Raises:
        ValidationError: keyed by field.
    """
    name = clean_text(name, is_one_line=True)[:80]
    phone = clean_text(phone, is_one_line=True)[:30]
    if not name or not (phone or email):
        message = _("Please note a name, and a telephone number or an e-mail address.")
        raise ValidationError({"name": ValidationError(message, code="required")})
    caller = User(username=f"caller-{secrets.token_hex(6)}", email=email, is_active=False)
    caller.set_unusable_password()
    caller.save()
    post = submit_post(author=caller, kind=Post.Kind.LOST, fields=fields, actor=clerk)
    contact = PostContact(post=post, name=name, phone=phone, email=email)
    contact.full_clean(exclude={"post"})
    contact.save()
    return post
