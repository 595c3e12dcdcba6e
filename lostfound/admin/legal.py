"""The privacy notice and the terms in the admin: drafts are edited, and published as they are."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lostfound.admin.read_only import ReadOnlyMixin
from lostfound.models import Consent, LegalText
from lostfound.services import AlreadySo
from lostfound.services.consent import next_draft, publish_text


@admin.register(LegalText)
class LegalTextAdmin(admin.ModelAdmin[LegalText]):
    """Versions of both texts."""

    list_display = ("__str__", "needs_consent", "created_at", "published_at")
    list_filter = ("kind",)
    fields = ("kind", "version", "published_at", "needs_consent", "body_ko", "body_en")
    actions = ("publish", "draft")

    def get_readonly_fields(self, request: HttpRequest, obj: LegalText | None = None) -> Any:
        """Everything once it is published: people agreed to these words."""
        if obj is not None and obj.published_at is not None:
            return self.fields
        return ("version", "published_at")

    def has_delete_permission(self, request: HttpRequest, obj: LegalText | None = None) -> bool:
        """Only drafts."""
        may = super().has_delete_permission(request, obj)
        return may and obj is not None and obj.published_at is None

    @admin.action(
        description=gettext_lazy("Publish, and ask everybody to agree"), permissions=["change"]
    )
    def publish(self, request: HttpRequest, queryset: QuerySet[LegalText]) -> None:
        """Put drafts in force."""
        for text in queryset:
            try:
                publish_text(text)
            except AlreadySo as refused:
                self.message_user(request, f"{text}: {refused}", messages.ERROR)
            else:
                self.message_user(request, _("Published: %(text)s") % {"text": text})

    @admin.action(
        description=gettext_lazy("Write the next version, starting from this one"),
        permissions=["add"],
    )
    def draft(self, request: HttpRequest, queryset: QuerySet[LegalText]) -> None:
        """Copy texts as drafts."""
        for text in queryset:
            next_draft(text)
        self.message_user(request, _("The drafts are in the list."))


@admin.register(Consent)
class ConsentAdmin(ReadOnlyMixin, admin.ModelAdmin[Consent]):
    """Who agreed to what, read-only."""

    list_display = ("at", "user", "text")
    list_select_related = ("user", "text")
    list_filter = ("text",)
    search_fields = ("user__username",)
