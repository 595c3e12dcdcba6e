"""Whose rights somebody in the admin may touch: never those of who may do more than they."""

from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet

from lostfound.models import User


def may_do_more(person: User, editor: User) -> bool:
    """Whether an account has rights that its editor lacks; who changes it could take them.

    An account that is switched off counts as what it would be when it is switched on.
    """
    if editor.is_superuser:
        return False
    return person.is_superuser or given_to(person).exclude(pk__in=given_to(editor)).exists()


def groups_within(editor: User, groups: QuerySet[Group]) -> QuerySet[Group]:
    """Those whose members may do nothing that the editor may not."""
    if editor.is_superuser:
        return groups
    return groups.exclude(permissions__in=Permission.objects.exclude(pk__in=given_to(editor)))


def given_to(user: User) -> QuerySet[Permission]:
    """What was given to an account, by itself or with a group."""
    return Permission.objects.filter(Q(user=user) | Q(group__user=user)).order_by()
