"""Compares two posts fact by fact, for the review page and the queue."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lostfound.models import Post
from lostfound.text.days import days_of
from matching.models import Match

SAME: Final = "same"
CLOSE: Final = "close"
DIFFERS: Final = "differs"
UNKNOWN: Final = "unknown"

# People notice a loss late and remember the day roughly; a find before the loss is flagged.
LIKELY_DAYS: Final = 14
NEAR_DAYS: Final = 2  # duplicate reports name the same day, or nearly


@dataclass(frozen=True)
class Fact:
    """One line of the comparison."""

    label: str
    left: str  # the lost post, if the kinds differ
    right: str
    verdict: str  # same, close, differs or unknown
    remark: str

    @property
    def differs(self) -> bool:
        """Whether to flag it."""
        return self.verdict == DIFFERS


def compare(match: Match) -> list[Fact]:
    """Compare category, colour, place and day of the lost and the found post."""
    return compare_posts(match.lost, match.found)


def compare_posts(left: Post, right: Post) -> list[Fact]:
    """Compare category, colour, place and day; if only one post is lost, it must be `left`."""
    return [
        _category(left, right),
        _colour(left, right),
        _place(left, right),
        Fact(
            _("Day"),
            days_of(left, "MONTH_DAY_FORMAT"),
            days_of(right, "MONTH_DAY_FORMAT"),
            *_day(left, right),
        ),
    ]


def _category(left: Post, right: Post) -> Fact:
    verdict, remark = UNKNOWN, _("not stated")
    if left.category is not None and right.category is not None:
        if left.category == right.category:
            verdict, remark = SAME, _("same")
        elif left.category.family_id == right.category.family_id:
            verdict, remark = CLOSE, _("same family")
        else:
            verdict, remark = DIFFERS, _("differs")
    return Fact(_("Category"), _or_dash(left.category), _or_dash(right.category), verdict, remark)


def _colour(left: Post, right: Post) -> Fact:
    verdict, remark = UNKNOWN, _("not stated")
    if left.colour and right.colour:
        same = left.colour == right.colour
        verdict, remark = (SAME, _("same")) if same else (DIFFERS, _("differs"))
    return Fact(
        _("Colour"),
        _or_dash(left.colour_name),
        _or_dash(right.colour_name),
        verdict,
        remark,
    )


def _place(left: Post, right: Post) -> Fact:
    verdict, remark = UNKNOWN, _("not stated")
    if left.building is not None and right.building is not None:
        if left.building == right.building:
            verdict, remark = SAME, _("same building")
        elif left.building.zone_id == right.building.zone_id:
            verdict, remark = CLOSE, _("nearby")
        else:
            verdict, remark = DIFFERS, _("elsewhere")
    return Fact(_("Place"), _whereabouts(left), _whereabouts(right), verdict, remark)


def _day(left: Post, right: Post) -> tuple[str, str]:
    """Verdict and remark for the days, or for those of several that are nearest."""
    if left.happened_on is None or right.happened_on is None:
        return UNKNOWN, _("not stated")
    later = (right.happened_on - (left.happened_until or left.happened_on)).days
    earlier = ((right.happened_until or right.happened_on) - left.happened_on).days
    is_range = left.happened_until is not None or right.happened_until is not None
    if is_range and later <= 0 <= earlier:
        return CLOSE, _("may be the same day")
    days = later if later > 0 else earlier
    return _delay(days) if left.kind != right.kind else _days_apart(days)


def _delay(days: int) -> tuple[str, str]:
    """Verdict and remark for a find this many days after the loss."""
    if days == 0:
        return SAME, _("same day")
    if days > 0:
        remark = ngettext("%(days)d day later", "%(days)d days later", days) % {"days": days}
        return (CLOSE if days <= LIKELY_DAYS else DIFFERS), remark
    remark = ngettext(
        "found %(days)d day before the loss", "found %(days)d days before the loss", -days
    )
    return DIFFERS, remark % {"days": -days}


def _days_apart(days: int) -> tuple[str, str]:
    """Verdict and remark for two posts of the same kind, this many days apart."""
    if days == 0:
        return SAME, _("same day")
    apart = abs(days)
    remark = ngettext("%(days)d day apart", "%(days)d days apart", apart) % {"days": apart}
    return (CLOSE if apart <= NEAR_DAYS else DIFFERS), remark


def _whereabouts(post: Post) -> str:
    named = [str(post.building)] if post.building is not None else []
    return _or_dash(" · ".join([*named, *([post.place_note] if post.place_note else [])]))


def _or_dash(value: object) -> str:
    return str(value) if value else "–"
