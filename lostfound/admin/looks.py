"""Who of the office looked at other people's data; for those who answer for it."""

from django.contrib import admin

from lostfound.admin.bases import LookModelAdmin
from lostfound.admin.numbers import FilterNumbers
from lostfound.admin.read_only import ReadOnlyMixin
from lostfound.models import Look


@admin.register(Look)
class LookAdmin(FilterNumbers, ReadOnlyMixin, LookModelAdmin):
    """To look up, not to edit."""

    list_display = ("at", "actor", "what", "count", "subjects")
    fields = ("at", "actor", "what", "count", "subjects")
    list_filter = ("what",)
    list_select_related = ("actor",)
    search_fields = ("actor__username", "subjects")
    date_hierarchy = "at"
    show_full_result_count = False
