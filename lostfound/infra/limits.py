"""All rate limits in one table: what is limited, and how often per hour.

`rate_limits` does the counting. Over the API, a reached limit is 429 with Retry-After and the
code `throttled`; pages show one of the messages below
(suggestions for a form just stay away). allauth has its own limits on signing in
(ACCOUNT_RATE_LIMITS in the settings).
"""

from dataclasses import dataclass
from typing import Final, Literal

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

LimitName = Literal["post", "edit", "office", "answer", "claim", "intake", "search"]

# A whole campus may share one address, so the limit per address is this many times higher.
ADDRESS_FACTOR: Final = 20
# A request that is refused for its content costs little, but not nothing.
ATTEMPTS_FACTOR: Final = 10


@dataclass(frozen=True)
class Limit:
    """One rate limit.

    Attributes:
        what: what is counted.
        fixed_per_hour: per person, across all their devices; None means POSTS_PER_HOUR.
        anonymous_factor: how many times higher the limit of an address without sign-in is.
        counts_saved: whether only saved changes count. Requests that are refused or change
            nothing are then attempts, and ATTEMPTS_FACTOR times as many are allowed.
    """

    what: str
    fixed_per_hour: int | None
    anonymous_factor: int = 1
    counts_saved: bool = False

    @property
    def per_hour(self) -> int:
        """The limit per person and clock hour."""
        return self.fixed_per_hour or settings.POSTS_PER_HOUR


# docs/api.md shows the same table; a test compares the two.
LIMITS: Final[dict[LimitName, Limit]] = {
    "post": Limit("posts", None, counts_saved=True),
    "edit": Limit("changes to own posts", None, counts_saved=True),
    "office": Limit("things taken in or changed by the office", 600, counts_saved=True),
    "answer": Limit("answers to suggestions", 200, counts_saved=True),
    "claim": Limit("claims and changes to them", 60),
    "intake": Limit("suggestions of category and colour", 240),
    "search": Limit("searches", 600, anonymous_factor=ADDRESS_FACTOR),
}

# The messages of pages and the API: `REACHED % {"time": "15:00"}`.
REACHED: Final[StrPromise] = _("You have reached the hourly limit. Try again at %(time)s.")
REACHED_BY_POSTING: Final[StrPromise] = _(
    "You have reached the hourly limit for posts. Try again at %(time)s."
)
REACHED_BY_SEARCHING: Final[StrPromise] = _(
    "You have reached the hourly limit for searches. Try again at %(time)s."
)
