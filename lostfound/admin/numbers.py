"""A change list that is asked for a number beyond all rows answers as to any wrong filter."""

from datetime import MAXYEAR, MINYEAR
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _


class FilterNumbers:
    """Mixin for an admin whose filters take keys and years.

    SQLite refuses a number above 64 bits late, and Python knows no year 10000, where the last year
    that a list is narrowed to would end.
    """

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, or the list without filters and a word about it."""
        year = request.GET.get(f"{getattr(self, 'date_hierarchy', '')}__year", "")
        try:
            if year.isdecimal() and not MINYEAR <= int(year) < MAXYEAR:
                raise OverflowError(year)
            answer: HttpResponse = super().changelist_view(request, extra_context)  # type: ignore[misc]
        except OverflowError:
            messages.error(request, _("There is no such filter. All rows are shown."))
            return HttpResponseRedirect(request.path)
        return answer
