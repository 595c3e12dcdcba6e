"""Things at an office, and people who work there."""

from typing import Any

from django.contrib.auth.models import Group

from lostfound.models import Item, Office, Post, User
from lostfound.services import receive_item
from tests.support.builders import make_post, make_user

CLERKS, HEADS, AUDITORS = "분실물센터 직원", "분실물센터 책임자", "분실물센터 감사"


def make_clerk(office: Office | None = None, *, group: str = CLERKS, **values: Any) -> User:
    """A member of staff of an office, in the group that migrations make."""
    person = make_user(is_staff=True, office=office, **values)
    person.groups.add(Group.objects.get(name=group))
    return person


def make_item(office: Office | None = None, **values: Any) -> Item:
    """A thing that a student found, and that an office has taken in."""
    office = office or first_office()
    shelf = values.pop("shelf", "A-12")
    clerk = values.pop("clerk", None) or make_clerk(office)
    intake = {
        name: values.pop(name) for name in ("value", "second", "finder", "code") if name in values
    }
    post = make_post(kind=Post.Kind.FOUND, office=office, **values)
    return receive_item(post, actor=clerk, shelf=shelf, **intake)


def first_office() -> Office:
    """The first office of the campus."""
    return Office.objects.order_by("pk")[0]
