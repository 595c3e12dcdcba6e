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
from lostfound.models.disposal import BatchItem, DisposalBatch
from lostfound.models.erasure import Erasure
from lostfound.models.events import DeletedPost, PostEvent
from lostfound.models.fact import ControlFact
from lostfound.models.handover import Handover
from lostfound.models.item import Item, StoragePlace
from lostfound.models.legal import Consent, LegalText
from lostfound.models.notification import Notification, NotificationChoice
from lostfound.models.photo import ClaimPhoto, Photo, StoredPhoto
from lostfound.models.place import Building, Office, Zone
from lostfound.models.police import PoliceFetch, PoliceFound, PolicePhoto
from lostfound.models.post import Colour, Post
from lostfound.models.retention import RetentionRule
from lostfound.models.sent_request import SentRequest
from lostfound.models.stocktake import Stocktake, StocktakeScan
from lostfound.models.throttle import ThrottleCounter
from lostfound.models.transfer import Transfer, TransferItem
from lostfound.models.user import User

__all__ = [
    "AccessLog",
    "AppendOnlyError",
    "BatchItem",
    "Building",
    "Category",
    "CategoryPrompt",
    "ClaimAnswer",
    "ClaimPhoto",
    "ClaimVerdict",
    "Colour",
    "Consent",
    "ControlFact",
    "CustodyDetail",
    "CustodyEvent",
    "Delegation",
    "DeletedPost",
    "DisposalBatch",
    "Erasure",
    "Family",
    "Handover",
    "Item",
    "LegalText",
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
    "RetentionRule",
    "Seal",
    "SentRequest",
    "Stocktake",
    "StocktakeScan",
    "StoragePlace",
    "StoredPhoto",
    "ThrottleCounter",
    "Transfer",
    "TransferItem",
    "User",
    "Zone",
]
