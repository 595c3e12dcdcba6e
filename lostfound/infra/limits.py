"""Every limit on requests, in one table: how many within an hour, of what, and for whom.

`rate_limits` counts. A limit that is reached answers 429 with Retry-After and the code
`throttled` over the API; pages say one of the sentences below. Signing in has limits of its own
(ACCOUNT_RATE_LIMITS in the settings), which allauth counts.
"""

from dataclasses import dataclass
from typing import Final, Literal

from django.conf import settings
from django.utils.translation import ngettext_lazy
from django_stubs_ext import StrPromise

LimitName = Literal["post", "edit", "office", "answer", "intake", "search"]

# A whole campus may sit behind one address, so an address may do this many times more.
ADDRESS_FACTOR: Final = 20
# What is refused for its content costs little, but not nothing.
ATTEMPTS_FACTOR: Final = 10


@dataclass(frozen=True)
class Limit:
    """How much of one thing is allowed.

    Attributes:
        what: what counts as one.
        fixed_per_hour: for each person, on all their devices together; None where the setting
            POSTS_PER_HOUR says it.
        anonymous_factor: how many times more an address may do where nobody need sign in.
        counts_saved: whether only what is saved counts. What is refused, or changes nothing, is
            then but an attempt, of which there may be ATTEMPTS_FACTOR times as many.
    """

    what: str
    fixed_per_hour: int | None
    anonymous_factor: int = 1
    counts_saved: bool = False

    @property
    def per_hour(self) -> int:
        """How many a person may do within one hour of the clock."""
        return self.fixed_per_hour or settings.POSTS_PER_HOUR


# docs/api.md shows the same table; a test compares the two.
LIMITS: Final[dict[LimitName, Limit]] = {
    "post": Limit("posts", None, counts_saved=True),
    "edit": Limit("changes to own posts", None, counts_saved=True),
    "office": Limit("things taken in or changed at the counter", 600, counts_saved=True),
    "answer": Limit("answers to suggestions", 200, counts_saved=True),
    "intake": Limit("questions about category and colour", 240),
    "search": Limit("searches", 600, anonymous_factor=ADDRESS_FACTOR),
}

# What pages and the API say at a limit: `SENTENCE % {"minutes": 20}`.
REACHED: Final[StrPromise] = ngettext_lazy(
    "You have reached the hourly limit. Please try again in %(minutes)d minute.",
    "You have reached the hourly limit. Please try again in %(minutes)d minutes.",
    "minutes",
)
REACHED_BY_POSTING: Final[StrPromise] = ngettext_lazy(
    "You have reached the hourly limit for posts. Please try again in %(minutes)d minute.",
    "You have reached the hourly limit for posts. Please try again in %(minutes)d minutes.",
    "minutes",
)
REACHED_BY_SEARCHING: Final[StrPromise] = ngettext_lazy(
    "You have reached the hourly limit for searches. Please try again in %(minutes)d minute.",
    "You have reached the hourly limit for searches. Please try again in %(minutes)d minutes.",
    "minutes",
)
