"""Rules of keeping, for the person in charge: saving makes a new version."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest

from lostfound.models import RetentionRule
from lostfound.services.clock import replace_rule
from lostfound.services.status import TransitionRefused


@admin.register(RetentionRule)
class RetentionRuleAdmin(admin.ModelAdmin[RetentionRule]):
    """Versions of the rules; only the one in force can be edited, and none can be deleted."""

    list_display = ("key", "version", "is_current", "keep_days", "police_due_days", "on_expiry")
    list_filter = ("is_current", "on_expiry")
    fields = (
        *("key", "version", "is_current", "category", "family", "value_band", "for_names"),
        *("police_due_days", "keep_days", "notice_days", "on_expiry", "source"),
        *("made_by", "made_at"),
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: RetentionRule | None = None
    ) -> tuple[str, ...]:
        """The key stays, since it connects the versions."""
        fixed = ("version", "is_current", "made_by", "made_at")
        return fixed if obj is None else ("key", *fixed)

    def has_change_permission(self, request: HttpRequest, obj: RetentionRule | None = None) -> bool:
        """Old versions are read only: things refer to them."""
        may = super().has_change_permission(request, obj)
        return may and (obj is None or obj.is_current)

    def has_delete_permission(self, request: HttpRequest, obj: RetentionRule | None = None) -> bool:
        """Nobody: things refer to the rules that they were received under."""
        return False

    def save_model(self, request: Any, obj: RetentionRule, form: Any, change: bool) -> None:
        """Save a first version, or put a new one in force."""
        if not change:
            obj.made_by = request.user
            super().save_model(request, obj, form, change)
            return
        current = RetentionRule.objects.get(pk=obj.pk)
        try:
            replace_rule(current, by=request.user, values=form.cleaned_data)
        except TransitionRefused as refused:
            self.message_user(request, str(refused), messages.ERROR)
