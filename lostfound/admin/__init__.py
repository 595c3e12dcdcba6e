"""The admin pages of the people's side, behind allauth's sign-in."""

from lostfound.admin import (
    access_log,
    campus,
    items,
    legal,
    notifications,
    people,
    police,
    posts,
    retention,
)

__all__ = [
    "access_log",
    "campus",
    "items",
    "legal",
    "notifications",
    "people",
    "police",
    "posts",
    "retention",
]
