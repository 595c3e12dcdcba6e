"""Protects accounts and groups from editors who have fewer rights."""

from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet

from lostfound.models import User


def may_do_more(person: User, editor: User) -> bool:
    """Whether an account has rights that its editor lacks, who could take it over by changing it.

    An inactive account counts with the rights that it would have if it were active.
    """
    if editor.is_superuser:
        return False
    return (
        person.is_superuser
        or permissions_of(person).exclude(pk__in=permissions_of(editor)).exists()
    )


def groups_within(editor: User, groups: QuerySet[Group]) -> QuerySet[Group]:
    """The groups whose permissions the editor has, too."""
    if editor.is_superuser:
        return groups
    return groups.exclude(permissions__in=Permission.objects.exclude(pk__in=permissions_of(editor)))


def permissions_of(user: User) -> QuerySet[Permission]:
    """The permissions of an account, its own and those of its groups."""
    return Permission.objects.filter(Q(user=user) | Q(group__user=user)).order_by()
