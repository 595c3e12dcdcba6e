"""Why a claim or a verdict is refused. Each has a code for programs, and words that tell nothing
about the thing."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from lostfound.services.status import TransitionRefused


class ConflictOfInterest(PermissionDenied):
    """Who found a thing, or has read its hidden facts, neither claims it nor judges its claims."""

    code = "conflict_of_interest"

    def __init__(self) -> None:
        super().__init__(
            _("You found this thing or know its details, so somebody else has to handle this.")
        )


class ClaimRefused(TransitionRefused):
    """A claim cannot be sent, changed or judged (any more)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class TooManyClaims(ClaimRefused):
    """The person has claimed too often; from here on it takes a visit to the counter."""

    def __init__(self) -> None:
        super().__init__(
            "counter_only",
            _("Please come to the lost-and-found office for this. You cannot claim more online."),
        )


def claimed_already() -> ClaimRefused:
    """The person has a live claim to the thing."""
    return ClaimRefused("claimed_already", _("You have already claimed this thing."))


def counter_only() -> ClaimRefused:
    """An earlier claim of the person to the thing was not confirmed."""
    return ClaimRefused(
        "counter_only",
        _("Please come to the lost-and-found office for this. You cannot claim it again online."),
    )


def changed_meanwhile() -> ClaimRefused:
    """The claim was changed or decided since it was read."""
    return ClaimRefused("changed", _("This has changed since you opened it. Please read it again."))
