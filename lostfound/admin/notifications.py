"""Notifications in the admin, with the state of their e-mails."""

from django.contrib import admin

from lostfound.admin.filters import SearchByNumber
from lostfound.admin.read_only import ReadOnlyMixin
from lostfound.admin.safe_filters import FilterNumbers
from lostfound.models import Notification


@admin.register(Notification)
class NotificationAdmin(
    SearchByNumber, FilterNumbers, ReadOnlyMixin, admin.ModelAdmin[Notification]
):
    """Notifications, read-only."""

    list_display = (
        "created_at",
        "user",
        "kind",
        "post",
        "read_at",
        "email_due",
        "emailed_at",
        "email_attempts",
        "email_error",
    )
    fields = (
        *("created_at", "user", "kind", "post", "other_post", "read_at"),
        *("email_due", "emailed_at", "email_attempts", "email_error"),
    )
    list_filter = ("kind", "email_due", ("emailed_at", admin.EmptyFieldListFilter))
    list_select_related = ("user", "post")
    posts_at = ("post__", "other_post__")
    search_fields = ("user__username", "post__title", "email_error")
    date_hierarchy = "created_at"
