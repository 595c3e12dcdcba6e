"""Functions that write. Views, admin actions, the API and commands call these."""

from lostfound.services.notifications import notify
from lostfound.services.posts import (
    close_post,
    delete_post,
    delete_user,
    edit_post,
    reopen_post,
    submit_post,
)
from lostfound.services.status import TransitionRefused, change_status

__all__ = [
    "TransitionRefused",
    "change_status",
    "close_post",
    "delete_post",
    "delete_user",
    "edit_post",
    "notify",
    "reopen_post",
    "submit_post",
]
