"""Who of the office looked at other people's data; for those who answer for it."""

from typing import Final

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from lostfound.admin.bases import LookModelAdmin
from lostfound.admin.numbers import FilterNumbers
from lostfound.admin.read_only import ReadOnlyMixin
from lostfound.models import Look

SHOWN: Final = 2  # numbers in a row of the list


@admin.register(Look)
class LookAdmin(FilterNumbers, ReadOnlyMixin, LookModelAdmin):
    """To look up, not to edit."""

    list_display = ("at", "actor", "what", "count", "numbers")
    fields = ("at", "actor", "what", "count", "all_numbers")
    list_filter = ("what",)
    list_select_related = ("actor",)
    search_fields = ("actor__username", "subjects")
    date_hierarchy = "at"
    show_full_result_count = False

    @admin.display(description=_("numbers"))
    def numbers(self, look: Look) -> str:
        """The first ones; of a list they are many."""
        more = len(look.subjects) - SHOWN
        return ", ".join(map(str, look.subjects[:SHOWN])) + (f" … +{more}" if more > 0 else "")

    @admin.display(description=_("numbers"))
    def all_numbers(self, look: Look) -> SafeString:
        """One a line, to be looked for among the posts."""
        return format_html_join(mark_safe("<br>"), "{}", ((number,) for number in look.subjects))
