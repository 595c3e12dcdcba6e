"""Read-only pages of the admin."""

from typing import Any

from django.http import HttpRequest


class NoAddOrDeleteMixin:
    """Mixin for rows that the admin only shows, whatever permissions a person has."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


class ReadOnlyMixin(NoAddOrDeleteMixin):
    """No adding, changing or deleting, whatever permissions a person has."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False
