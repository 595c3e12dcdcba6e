"""Computed columns of the list of posts, kept as short as possible."""

from datetime import date

from django.contrib import admin
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from lostfound.models import Post


class PostColumns:
    """Columns of the list of posts that are not plain fields."""

    @admin.display(description=_("number"), ordering="pk")
    def number(self, post: Post) -> str:
        """The post's number, which the search and exported files also use."""
        return post.number

    @admin.display(description=_("title"), ordering="title")
    def named(self, post: Post) -> str:
        """The title with the number below, so that both fit beside the other columns."""
        return format_html('{}<br><small class="quiet">{}</small>', post.title, post.number)

    @admin.display(description=_("shelf or box"), ordering="item__place__code")
    def shelf(self, post: Post) -> str:
        """Where the office keeps the thing."""
        return post.shelf or "–"

    @admin.display(description=_("photographs"))
    def pictures(self, post: Post) -> str:
        """The first thumbnail, and how many more photographs there are."""
        photos = list(post.photos.all())
        if not photos:
            return "–"
        more = f" +{len(photos) - 1}" if len(photos) > 1 else ""
        return format_html(
            '<img src="{}" alt="" height="40" loading="lazy">{}', photos[0].thumbnail_url, more
        )

    @admin.display(description=_("day"), ordering="happened_on")
    def day(self, post: Post) -> str:
        """The day or the possible days, without the year if it is this year."""
        days = [short_day(day) for day in (post.happened_on, post.happened_until) if day]
        return " – ".join(days) or "–"

    @admin.display(description=_("posted"), ordering="created_at")
    def posted(self, post: Post) -> str:
        """Day and time, without the year if it is this year."""
        at = timezone.localtime(post.created_at)
        return f"{short_day(at.date())} {at:%H:%M}"


def short_day(day: date) -> str:
    """A day of this year as month and day, other days in full."""
    this_year = day.year == timezone.localdate().year
    return date_format(day, "MONTH_DAY_FORMAT" if this_year else "SHORT_DATE_FORMAT")
