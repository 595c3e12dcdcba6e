"""The rows of the people's side. Facts about one row are methods of its model."""

from lostfound.models.category import Category, Family
from lostfound.models.notification import Notification
from lostfound.models.photo import Photo
from lostfound.models.place import Building, Office, Zone
from lostfound.models.post import AppendOnlyError, Colour, Post, PostEvent
from lostfound.models.throttle import ThrottleCounter
from lostfound.models.user import User

__all__ = [
    "AppendOnlyError",
    "Building",
    "Category",
    "Colour",
    "Family",
    "Notification",
    "Office",
    "Photo",
    "Post",
    "PostEvent",
    "ThrottleCounter",
    "User",
    "Zone",
]
