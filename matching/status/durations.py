"""Durations in words."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def hours_words(hours: float | None) -> str:
    """A duration in minutes, hours or days, whichever fits one number best."""
    if hours is None:
        return "–"
    if hours < 1:
        minutes = max(round(hours * 60), 1)
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    if hours < 48:
        whole = round(hours)
        return ngettext("%(n)d hour", "%(n)d hours", whole) % {"n": whole}
    days = round(hours / 24)
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def span_words(span: timedelta) -> str:
    """A timedelta in minutes, hours or days."""
    return hours_words(span.total_seconds() / 3600)


def ago_words(span: timedelta) -> str:
    """How long ago something was, such as "just now" or "3 hours ago"."""
    if span < timedelta(minutes=1):
        return _("just now")
    return _("%(age)s ago") % {"age": span_words(span)}
