"""Change lists that treat out-of-range numbers in filters like any other invalid filter."""

from datetime import MAXYEAR, MINYEAR
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _


class FilterNumbers:
    """Mixin for an admin whose filters take keys and years.

    SQLite only fails on numbers above 64 bits when queried, and Django accepts any number as a
    year.
    """

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list; with an invalid filter, the whole list and a message."""
        try:
            for name, value in request.GET.items():
                if name.endswith("__year") and not _is_year(str(value)):
                    raise OverflowError(value)
            answer: HttpResponse = super().changelist_view(request, extra_context)  # type: ignore[misc]
        except OverflowError:
            messages.error(request, _("This filter is invalid. All rows are shown."))
            return HttpResponseRedirect(request.path)
        return answer


def _is_year(value: str) -> bool:
    """Whether Python can represent the year and the end of it (up to 9998)."""
    return value.isdecimal() and len(value) <= len(str(MAXYEAR)) and MINYEAR <= int(value) < MAXYEAR
