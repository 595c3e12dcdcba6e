"""Storage places, and the questions to claimants, for those who manage an office."""

from django.contrib import admin

from lostfound.admin.read_only import ReadOnlyMixin
from lostfound.models import CategoryPrompt, Item, Seal, StoragePlace


@admin.register(StoragePlace)
class StoragePlaceAdmin(admin.ModelAdmin[StoragePlace]):
    """Shelves, boxes and safes; what is no longer used is switched off."""

    list_display = ("code", "office", "kind", "is_active")
    list_filter = ("office", "kind", "is_active")
    list_select_related = ("office",)
    search_fields = ("code",)


@admin.register(CategoryPrompt)
class CategoryPromptAdmin(admin.ModelAdmin[CategoryPrompt]):
    """Questions by category or family; without either, everybody is asked."""

    list_display = ("text_ko", "text_en", "family", "category", "position", "is_active")
    list_filter = ("is_active", "family")
    list_select_related = ("family", "category")


@admin.register(Item)
class ItemAdmin(ReadOnlyMixin, admin.ModelAdmin[Item]):
    """Things; they change on the counter's pages, each time with a custody event."""

    list_display = ("shown_code", "state", "office", "place", "found_on", "received_at")
    list_filter = ("state", "office")
    list_select_related = ("office", "place")
    search_fields = ("code",)
    fields = ("code", "state", "office", "place", "found_on", "received_at")
    show_full_result_count = False


@admin.register(Seal)
class SealAdmin(ReadOnlyMixin, admin.ModelAdmin[Seal]):
    """The daily seals."""

    list_display = ("day", "chains", "sealed_at", "sent_to")
    fields = list_display
