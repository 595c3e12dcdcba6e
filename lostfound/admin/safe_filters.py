"""A change list that is asked for a number beyond all rows answers as to any wrong filter."""

from datetime import MAXYEAR, MINYEAR
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _


class FilterNumbers:
    """Mixin for an admin whose filters take keys and years.

    SQLite refuses a number above 64 bits late, and Django takes any number for a year.
    """

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, or the list without filters and a word about it."""
        try:
            for name, value in request.GET.items():
                if name.endswith("__year") and not _is_year(str(value)):
                    raise OverflowError(value)
            answer: HttpResponse = super().changelist_view(request, extra_context)  # type: ignore[misc]
        except OverflowError:
            messages.error(request, _("There is no such filter. All rows are shown."))
            return HttpResponseRedirect(request.path)
        return answer


def _is_year(value: str) -> bool:
    """Whether a list can be narrowed to it: Python knows no year after 9999 to end the last one."""
    return value.isdecimal() and len(value) <= len(str(MAXYEAR)) and MINYEAR <= int(value) < MAXYEAR
