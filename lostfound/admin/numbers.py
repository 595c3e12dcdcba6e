"""A change list that is asked for a number larger than any key answers as to any wrong filter."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _


class FilterNumbers:
    """Mixin for an admin whose filters take keys: SQLite refuses a number above 64 bits late."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, or the list without filters and a word about it."""
        try:
            answer: HttpResponse = super().changelist_view(request, extra_context)  # type: ignore[misc]
        except OverflowError:
            messages.error(request, _("There is no such filter. All rows are shown."))
            return HttpResponseRedirect(request.path)
        return answer
