"""Which state of a thing follows which, and the errors of refused changes."""

from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lostfound.models import Item
from lostfound.services.status import TransitionRefused

S = Item.State

ALLOWED: Final[dict[str, frozenset[str]]] = {
    S.EXPECTED: frozenset({S.HELD}),
    S.HELD: frozenset(
        {
            *(S.HELD, S.IN_TRANSIT, S.RESERVED, S.HANDED_OVER, S.MISSING, S.VOID),
            *(S.AT_POLICE, S.DONATED, S.DESTROYED, S.TO_FINDER),
        }
    ),
    S.IN_TRANSIT: frozenset({S.HELD}),
    S.RESERVED: frozenset({S.RESERVED, S.HELD, S.HANDED_OVER}),
    S.HANDED_OVER: frozenset({S.HELD}),
    S.AT_POLICE: frozenset(),
    S.DONATED: frozenset(),
    S.DESTROYED: frozenset(),
    S.TO_FINDER: frozenset(),
    S.MISSING: frozenset({S.HELD}),
    S.VOID: frozenset({S.HELD}),
}


class KeptByOffice(TransitionRefused):
    """The office holds the thing, so its finder can neither move nor delete nor close it."""

    code = "kept_by_office"

    def __init__(self) -> None:
        super().__init__(
            _("The office keeps this thing now. You can still correct the words of your post.")
        )


class NotHere(TransitionRefused):
    """The thing is not with the office, or no longer; the words do not say which."""

    code = "not_here"

    def __init__(self) -> None:
        super().__init__(_("This thing is not with the office, or no longer."))


class Changed(TransitionRefused):
    """Somebody else was faster."""

    code = "changed"

    def __init__(self) -> None:
        super().__init__(
            _("This thing has changed since you opened it. Reload it to see where it is.")
        )


class NeedsSafe(ValidationError):
    """Documents and cash only go into a safe; keyed "shelf"."""

    def __init__(self) -> None:
        message = _("Documents, cards and cash belong in a safe. Please choose one.")
        super().__init__({"shelf": ValidationError(message, code="needs_safe")})


def refuse_transition(item: Item, to: str) -> None:
    """Refuse a change of state that is not in the table.

    Raises: TransitionRefused
    """
    if to not in ALLOWED[item.state]:
        if item.state in Item.LEFT:
            raise NotHere
        raise TransitionRefused(
            _("This thing is “%(now)s”, which does not allow that.")
            % {"now": item.get_state_display()}
        )
