"""Permissions take one query, and equal those of Django's own backend."""

from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission
from django.test import RequestFactory, override_settings
from pytest_django import DjangoAssertNumQueries

from lostfound.infra.permissions import OneQueryPermissions
from lostfound.models import User
from tests.support.factories import StaffFactory, UserFactory

BACKEND = "lostfound.infra.permissions.OneQueryPermissions"

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> User:
    """With permissions of a group, one of their own, and one that is both."""
    person = UserFactory.create(is_staff=True)
    own = Permission.objects.filter(codename__in=["view_category", "view_zone"])
    person.user_permissions.set(own)
    group = Group.objects.create(name="counter")
    group.permissions.set(Permission.objects.filter(codename__in=["view_zone", "change_match"]))
    person.groups.add(group)
    return User.objects.get(pk=person.pk)


def test_one_query_for_all_permissions(
    clerk: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        for name in ("lostfound.view_category", "lostfound.view_zone", "matching.change_match"):
            assert clerk.has_perm(name)
        assert not clerk.has_perm("lostfound.delete_post")
        assert clerk.has_module_perms("matching") and not clerk.has_module_perms("mfa")


@pytest.mark.parametrize("change", [{}, {"is_active": False}, {"is_superuser": True}])
def test_they_are_what_django_gives(clerk: User, change: dict[str, bool]) -> None:
    User.objects.filter(pk=clerk.pk).update(**change)
    ours, theirs = User.objects.get(pk=clerk.pk), User.objects.get(pk=clerk.pk)
    permissions = OneQueryPermissions().get_all_permissions(ours)
    assert permissions == ModelBackend().get_all_permissions(theirs)
    assert (permissions == set()) == (not ours.is_active)
    assert OneQueryPermissions().get_all_permissions(ours, ours) == set()


def test_it_signs_nobody_in() -> None:
    person = StaffFactory.create()
    request = RequestFactory().post("/")
    words = {"username": person.username, "password": "correct horse"}
    by_itself: Any = OneQueryPermissions().authenticate  # typed as what returns nothing
    assert by_itself(request, **words) is None
    signed_in = authenticate(request, **words)
    assert signed_in == person
    assert signed_in.backend != BACKEND
    with override_settings(AUTHENTICATION_BACKENDS=[BACKEND]):
        assert authenticate(request, **words) is None
