"""Two posts compared fact by fact, as the review page and the queue print them."""

from dataclasses import dataclass
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lostfound.models import Post
from matching.models import Match

SAME: Final = "same"
CLOSE: Final = "close"
DIFFERS: Final = "differs"
UNKNOWN: Final = "unknown"

# People notice a loss late and remember the day roughly; a find before it is worth a mark.
LIKELY_DAYS: Final = 14


@dataclass(frozen=True)
class Fact:
    """One line of the comparison."""

    label: str
    lost: str
    found: str
    verdict: str  # same, close, differs or unknown
    remark: str

    @property
    def differs(self) -> bool:
        """Whether it is worth a mark."""
        return self.verdict == DIFFERS


def compare(match: Match) -> list[Fact]:
    """Category, colour, place and day of both posts, with what differs."""
    lost, found = match.lost, match.found
    return [_category(lost, found), _colour(lost, found), _place(lost, found), _day(lost, found)]


def _category(lost: Post, found: Post) -> Fact:
    verdict, remark = UNKNOWN, _("not stated")
    if lost.category is not None and found.category is not None:
        if lost.category == found.category:
            verdict, remark = SAME, _("same")
        elif lost.category.family_id == found.category.family_id:
            verdict, remark = CLOSE, _("same family")
        else:
            verdict, remark = DIFFERS, _("differs")
    return Fact(_("Category"), _or_dash(lost.category), _or_dash(found.category), verdict, remark)


def _colour(lost: Post, found: Post) -> Fact:
    verdict, remark = UNKNOWN, _("not stated")
    if lost.colour and found.colour:
        same = lost.colour == found.colour
        verdict, remark = (SAME, _("same")) if same else (DIFFERS, _("differs"))
    return Fact(
        _("Colour"),
        _or_dash(lost.get_colour_display()),
        _or_dash(found.get_colour_display()),
        verdict,
        remark,
    )


def _place(lost: Post, found: Post) -> Fact:
    verdict, remark = UNKNOWN, _("not stated")
    if lost.building is not None and found.building is not None:
        if lost.building == found.building:
            verdict, remark = SAME, _("same building")
        elif lost.building.zone_id == found.building.zone_id:
            verdict, remark = CLOSE, _("near by")
        else:
            verdict, remark = DIFFERS, _("elsewhere")
    return Fact(_("Place"), _whereabouts(lost), _whereabouts(found), verdict, remark)


def _day(lost: Post, found: Post) -> Fact:
    days = (found.happened_on - lost.happened_on).days
    if days == 0:
        verdict, remark = SAME, _("same day")
    elif days > 0:
        verdict = CLOSE if days <= LIKELY_DAYS else DIFFERS
        remark = ngettext("%(days)d day later", "%(days)d days later", days) % {"days": days}
    else:
        verdict = DIFFERS
        remark = ngettext(
            "found %(days)d day before the loss", "found %(days)d days before the loss", -days
        ) % {"days": -days}
    return Fact(
        _("Day"),
        date_format(lost.happened_on, "MONTH_DAY_FORMAT"),
        date_format(found.happened_on, "MONTH_DAY_FORMAT"),
        verdict,
        remark,
    )


def _whereabouts(post: Post) -> str:
    named = [str(post.building)] if post.building is not None else []
    return _or_dash(" · ".join([*named, *([post.place_note] if post.place_note else [])]))


def _or_dash(value: object) -> str:
    return str(value) if value else "–"
