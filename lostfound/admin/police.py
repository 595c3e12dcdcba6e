"""What was fetched from the police, and how the runs went; read only."""

from django.contrib import admin
from django.http import HttpRequest

from lostfound.admin.read_only import ReadOnlyMixin
from lostfound.models import PoliceFetch, PoliceFound


@admin.register(PoliceFound)
class PoliceFoundAdmin(ReadOnlyMixin, admin.ModelAdmin[PoliceFound]):
    """Things at the police and at other institutions."""

    list_display = ("atc_id", "title", "class_name", "colour_name", "found_on", "station")
    list_filter = ("service", "colour")
    search_fields = ("title", "name", "station", "atc_id")
    date_hierarchy = "found_on"
    list_per_page = 50
    show_full_result_count = False
    exclude = ("content_hash", "seen_in", "image_url")


@admin.register(PoliceFetch)
class PoliceFetchAdmin(ReadOnlyMixin, admin.ModelAdmin[PoliceFetch]):
    """Runs that read the lists."""

    list_display = (
        "started_at",
        "service",
        "state",
        "problem",
        "pages",
        "rows",
        "added",
        "expired",
    )
    list_filter = ("service", "state")

    def has_delete_permission(self, request: HttpRequest, obj: PoliceFetch | None = None) -> bool:
        """Never: the newest one says whether the service may be asked again."""
        return False
