"""A person's permissions in one query; Django's own backend takes two."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission


class OneQueryPermissions(ModelBackend):
    """Reads permissions only; the backends after it do the authentication.

    It caches them on the user where Django does, so the other backends need no query.
    """

    def authenticate(self, request: Any, *args: Any, **credentials: Any) -> None:
        """Authenticates nobody."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """The permissions of the person and their groups, as "app.codename"."""
        has_own = user_obj.is_active and not user_obj.is_anonymous and obj is None
        if has_own and not user_obj.is_superuser and not hasattr(user_obj, "_perm_cache"):
            of_person = Permission.objects.filter(user=user_obj.pk)
            of_groups = Permission.objects.filter(group__user=user_obj.pk)
            pairs = [
                rows.order_by().values_list("content_type__app_label", "codename")
                for rows in (of_person, of_groups)
            ]
            user_obj._perm_cache = {f"{app}.{name}" for app, name in pairs[0].union(pairs[1])}
        return super().get_all_permissions(user_obj, obj)
