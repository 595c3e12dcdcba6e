"""The back office of the people's side. Django's own admin, behind allauth's sign-in."""

from lostfound.admin import campus, looks, notifications, people, posts, site

__all__ = ["campus", "looks", "notifications", "people", "posts", "site"]
