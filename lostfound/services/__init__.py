"""Functions that write. Views, admin actions, the API and commands call these."""

from lostfound.services.access_log import note_look, note_person_seen
from lostfound.services.accounts import AccountKept, delete_user, refuse_kept
from lostfound.services.edit_conflicts import ChangedMeanwhile
from lostfound.services.idempotency import SentBefore
from lostfound.services.lifecycle import close_post, reopen_post
from lostfound.services.notifications import choose_notifications, notify
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
    "ChangedMeanwhile",
    "NotOpen",
    "SentBefore",
    "TransitionRefused",
    "change_status",
    "choose_notifications",
    "close_post",
    "delete_post",
    "delete_user",
    "edit_post",
    "note_look",
    "note_person_seen",
    "notify",
    "refuse_kept",
    "reopen_post",
    "submit_post",
]
