"""The models of the people's side. Facts about one row are methods of its model."""

from lostfound.models.access_log import AccessLog
from lostfound.models.append_only import AppendOnlyError
from lostfound.models.category import Category, Family
from lostfound.models.claim import (
    CategoryPrompt,
    ClaimAnswer,
    ClaimVerdict,
    Delegation,
    OwnershipClaim,
)
from lostfound.models.contact import PostContact
from lostfound.models.custody import CustodyDetail, CustodyEvent, Seal
from lostfound.models.events import DeletedPost, PostEvent
from lostfound.models.handover import Handover
from lostfound.models.item import Item, StoragePlace
from lostfound.models.notification import Notification, NotificationChoice
from lostfound.models.photo import Photo
from lostfound.models.place import Building, Office, Zone
from lostfound.models.police import PoliceFetch, PoliceFound, PolicePhoto
from lostfound.models.post import Colour, Post
from lostfound.models.throttle import ThrottleCounter
from lostfound.models.user import User

__all__ = [
    "AccessLog",
    "AppendOnlyError",
    "Building",
    "Category",
    "CategoryPrompt",
    "ClaimAnswer",
    "ClaimVerdict",
    "Colour",
    "CustodyDetail",
    "CustodyEvent",
    "Delegation",
    "DeletedPost",
    "Family",
    "Handover",
    "Item",
    "Notification",
    "NotificationChoice",
    "Office",
    "OwnershipClaim",
    "Photo",
    "PoliceFetch",
    "PoliceFound",
    "PolicePhoto",
    "Post",
    "PostContact",
    "PostEvent",
    "Seal",
    "StoragePlace",
    "ThrottleCounter",
    "User",
    "Zone",
]
