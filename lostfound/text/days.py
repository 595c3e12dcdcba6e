"""Days of a loss or a find in words: one day, a range of days, or not known."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lostfound.models import Post


def days_of(post: Post, format: str = "DATE_FORMAT") -> str:
    """The day of a post, or the first and the last one that it may have been.

    Args:
        format: the name of a date format.
    """
    if post.happened_on is None:
        return _("not known")
    first = date_format(post.happened_on, format)
    if post.happened_until is None:
        return first
    last = date_format(post.happened_until, format)
    return _("%(first)s to %(last)s") % {"first": first, "last": last}
