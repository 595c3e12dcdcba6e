"""The text of a notification in the reader's language, the same for pages and API."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrPromise

from lostfound.models import Notification, Post

Kind = Notification.Kind

# The public title only: a claimant may not own the thing. One text for every refusal.
CLAIM_HEADLINES: Final[dict[str, StrPromise]] = {
    Kind.CLAIM_RECEIVED: gettext_lazy("Your claim has arrived: %(title)s"),
    Kind.CLAIM_ASKED: gettext_lazy("The office has a question: %(title)s"),
    Kind.CLAIM_APPROVED: gettext_lazy("You can collect it: %(title)s"),
    Kind.CLAIM_CLOSED: gettext_lazy("Your claim was closed: %(title)s"),
    Kind.PICKUP_REMINDER: gettext_lazy("It still waits for you: %(title)s"),
    Kind.PICKUP_LAPSED: gettext_lazy("You did not collect it in time: %(title)s"),
    Kind.ITEM_RETURNED: gettext_lazy("You have received it: %(title)s"),
}
CLAIM_ADVICE: Final[dict[str, StrPromise]] = {
    Kind.CLAIM_RECEIVED: gettext_lazy("The office checks your answers. We will let you know."),
    Kind.CLAIM_ASKED: gettext_lazy("Please answer on the page of your claim."),
    Kind.CLAIM_APPROVED: gettext_lazy(
        "The page of your claim says where and until when. Please bring an identity document."
    ),
    Kind.CLAIM_CLOSED: gettext_lazy(
        "We could not confirm that it is yours. If you are sure, please come to the office with "
        "an identity document."
    ),
    Kind.PICKUP_REMINDER: gettext_lazy(
        "The page of your claim says where and until when. Please bring an identity document."
    ),
    Kind.PICKUP_LAPSED: gettext_lazy("The office keeps it again. You can claim it once more."),
    Kind.ITEM_RETURNED: gettext_lazy("The receipt is on the page of your claim."),
}


def headline(notification: Notification) -> str:
    """What happened, with the title of the recipient's post."""
    if notification.claim_id is not None:
        return CLAIM_HEADLINES[notification.kind] % {"title": notification.post.public_title}
    title = {"title": notification.post.title}
    if notification.kind == Kind.ITEM_RETURNED:
        return _("Handed over: %(title)s") % title
    if notification.kind == Kind.ITEM_LEFT:
        return _("What may be yours has left the office: %(title)s") % title
    if notification.kind == Kind.ITEM_RECEIVED:
        return _("The office has taken in: %(title)s") % title
    if notification.kind == Kind.SUGGESTED:
        return _("Something like this was found: %(title)s") % title
    if notification.kind == Kind.MATCH_WITHDRAWN:
        return _("A match was undone: %(title)s") % title
    if notification.kind == Kind.CLOSED_AS_DUPLICATE:
        return _("Closed because it was posted twice: %(title)s") % title
    if notification.post.kind == Post.Kind.LOST:
        return _("Your lost thing was found: %(title)s") % title
    return _("The owner of the thing you found has been identified: %(title)s") % title


def advice(notification: Notification) -> str:
    """What it means for the recipient, and where to go."""
    if notification.claim_id is not None:
        return str(CLAIM_ADVICE[notification.kind])
    if notification.kind == Kind.ITEM_RETURNED:
        return _("The thing is back with its owner. Thank you for your help.")
    if notification.kind == Kind.ITEM_LEFT:
        item = notification.other_post.kept_item if notification.other_post else None
        place = {"recipient": item.left_to if item else ""}
        text = _(
            "It is now with: %(recipient)s. Please ask there, and bring an identity document. "
            "Your post is open again."
        )
        return text % place
    if notification.kind == Kind.ITEM_RECEIVED:
        return _("The office keeps it now. Thank you for bringing it.")
    if notification.kind == Kind.SUGGESTED:
        return _("Take a look and tell us whether it is yours. The office will check, too.")
    if notification.kind == Kind.MATCH_WITHDRAWN:
        return _(
            "It was not the same thing after all. Your post is open again, and we will keep "
            "looking."
        )
    if notification.kind == Kind.CLOSED_AS_DUPLICATE:
        return _(
            "The office thinks that this thing was posted twice. The other post stays open. If "
            "yours is a different thing, you can reopen your post on its page."
        )
    if notification.post.kind != Post.Kind.LOST:
        return _(
            "If the thing is at the office, you do not need to do anything. If you still have it, "
            "please bring it there."
        )
    place_kept = notification.kept_at
    if place_kept is not None and place_kept.office is not None:
        place = {"office": place_kept.office.name, "building": place_kept.office.building.name}
        return _("It is kept at: %(office)s (%(building)s)") % place
    kept = place_of(notification)
    if kept is not None and kept.kept_note:
        return _("According to the finder, it is kept here: %(place)s") % {"place": kept.kept_note}
    return _("Please go to the lost-and-found office and bring your student card or another ID.")


def place_of(notification: Notification) -> Post | None:
    """The found post with the place where the thing waits for its owner, if it still does.

    An older notification may be about a match that was undone; then this person must not learn
    where the thing is kept.

    Args:
        notification: one of `selectors.notifications_of`.
    """
    is_superseded: bool = notification.is_superseded  # type: ignore[attr-defined]
    is_waiting = notification.post.status == Post.Status.MATCHED
    return notification.kept_at if is_waiting and not is_superseded else None
