"""Hooks for other apps, which services call when posts change. Must not import services."""

from collections.abc import Callable
from typing import Final

from lostfound.models import OwnershipClaim, Post, User

PostHook = Callable[[Post], None]
ClaimHook = Callable[[OwnershipClaim], None]
PartnerHook = Callable[[Post], Post | None]
UndoHook = Callable[[Post, User], None]
RunHook = Callable[[], None]
LikelyHook = Callable[[int], list[int]]

# Apps add their callables in `ready()`; they run in this order.
post_changed: Final[list[PostHook]] = []
post_leaving: Final[list[PostHook]] = []
claim_changed: Final[list[ClaimHook]] = []
confirmed_partner: Final[list[PartnerHook]] = []
pair_undone: Final[list[UndoHook]] = []
police_fetched: Final[list[RunHook]] = []
likely_at_police: Final[list[LikelyHook]] = []


def report_post_change(post: Post) -> None:
    """Call every hook with a saved post. A service calls this once, after its last write.

    A changed photograph counts as a change of its post. Call it in the transaction that changes
    the post: hooks write in the same transaction, and an exception rolls the change back.
    """
    for hook in post_changed:
        hook(post)


def report_post_leaving(post: Post) -> None:
    """Call every hook with a post that is about to be deleted, in the transaction that does it."""
    for hook in post_leaving:
        hook(post)


def partner_of(post: Post) -> Post | None:
    """The other post of a confirmed pair, if another app knows of one."""
    return next((other for find in confirmed_partner if (other := find(post))), None)


def undo_pair_of(post: Post, actor: User) -> None:
    """Undo the confirmed pair of a post whose thing leaves; who undoes it tells people why.

    Call it in the transaction in which the thing leaves.

    Raises: whatever the other app raises if the pair cannot be undone.
    """
    for undo in pair_undone:
        undo(post, actor)


def report_claim(claim: OwnershipClaim) -> None:
    """Call every hook with a claim that was sent or has ended, in the transaction that saves it."""
    for hook in claim_changed:
        hook(claim)


def report_police_fetch() -> None:
    """Call every hook after lists of the police were read, whatever came of it."""
    for hook in police_fetched:
        hook()


def likeliest_at_police(most: int) -> list[int]:
    """Keys of the things at the police that probably are what somebody here has lost."""
    return [pk for find in likely_at_police for pk in find(most)][:most]
