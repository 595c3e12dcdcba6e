"""Functions that write. Views, admin actions, the API and commands call these."""

from lostfound.services.access_log import log_access, log_person_access
from lostfound.services.accounts import AccountKept, delete_user, refuse_kept
from lostfound.services.edit_conflicts import EditConflict
from lostfound.services.idempotency import DuplicateSubmission
from lostfound.services.items import KeptByOffice, NotHere, move_item, receive_item
from lostfound.services.items.following import Intake
from lostfound.services.lifecycle import close_post, reopen_post
from lostfound.services.locking import lock_post, refuse_another_office
from lostfound.services.notifications import choose_notifications, notify
from lostfound.services.photo_files import transaction_with_files
from lostfound.services.post_photos import prepare_photos
from lostfound.services.posts import (
    NotOpen,
    delete_post,
    edit_post,
    submit_post,
)
from lostfound.services.status import AlreadySo, TransitionRefused, change_status

__all__ = [
    "AccountKept",
    "AlreadySo",
    "DuplicateSubmission",
    "EditConflict",
    "Intake",
    "KeptByOffice",
    "NotHere",
    "NotOpen",
    "TransitionRefused",
    "change_status",
    "choose_notifications",
    "close_post",
    "delete_post",
    "delete_user",
    "edit_post",
    "lock_post",
    "log_access",
    "log_person_access",
    "move_item",
    "notify",
    "prepare_photos",
    "receive_item",
    "refuse_another_office",
    "refuse_kept",
    "reopen_post",
    "submit_post",
    "transaction_with_files",
]
