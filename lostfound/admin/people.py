"""User accounts in the admin."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lostfound.admin.history_labels import PlainHistory, without_parts
from lostfound.admin.people_forms import PersonForm
from lostfound.admin.privileges import groups_within, may_do_more
from lostfound.admin.safe_filters import FilterNumbers
from lostfound.http import signed_in
from lostfound.models import Post, User
from lostfound.services import (
    AccountKept,
    TransitionRefused,
    delete_user,
    log_person_access,
    refuse_kept,
)


@admin.register(User)
class UserAdmin(PlainHistory, FilterNumbers, DjangoUserAdmin[User]):
    """Django's user admin with language, e-mail preference and office."""

    form = PersonForm
    list_display = (
        "username",
        "email",
        "first_name",
        "language",
        "office",
        "is_staff",
        "is_active",
    )
    list_filter = (*DjangoUserAdmin.list_filter, "language", "office")
    list_select_related = ("office",)
    readonly_fields = ("last_login", "date_joined")
    actions = ("delete_selected",)
    filter_horizontal = ()  # a screen reader cannot distinguish that widget's two lists
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("username", "password")}),
        (_("Personal info"), {"fields": ("first_name", "last_name", "email")}),
        (_("Permissions"), {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        (_("Office"), {"fields": ("office",)}),
        (_("Messages"), {"fields": ("language", "wants_email")}),
        (_("Important dates"), {"fields": ("last_login", "date_joined")}),
        # Collapsed, as there are well over a hundred; groups are the normal way.
        (_("Individual permissions"), {"classes": ("collapse",), "fields": ("user_permissions",)}),
    )

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The form class with its editor; Django creates one for each request."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.editor = signed_in(request)
        return form

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Not for accounts with more rights: changing their e-mail would allow taking them over."""
        may = super().has_change_permission(request, obj)
        return may and (obj is None or not may_do_more(obj, signed_in(request)))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Under the same condition as changing."""
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or not may_do_more(obj, signed_in(request)))

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Only superusers grant individual permissions or superuser status."""
        fixed = super().get_readonly_fields(request, obj)
        if signed_in(request).is_superuser:
            return fixed
        return (*fixed, "is_superuser", "user_permissions")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only groups that have no more rights than the editor."""
        field: Any = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "groups":
            field.queryset = groups_within(signed_in(request), field.queryset)
        return field

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """Log the access to the account."""
        person: User | None = kwargs.get("obj")
        if person is not None and request.method == "GET":
            log_person_access(signed_in(request), person)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """List the accounts; matched posts protect theirs from deletion."""
        to_delete, counts, _needed, protected = super().get_deleted_objects(objs, request)
        matched = Post.objects.filter(author__in=list(objs), status=Post.Status.MATCHED)
        why = [_("%(post)s: matched, undo the match first") % {"post": post} for post in matched]
        return without_parts(to_delete), counts, set(), [*protected, *why]

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Delete an account with its posts and files."""
        delete_user(obj, actor=signed_in(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Delete all accounts or none."""
        with transaction.atomic():
            for user in queryset:
                delete_user(user, actor=signed_in(request))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """If the account must be kept, go back to its page, which says why and what to do."""
        person = self.get_object(request, unquote(object_id))
        try:
            if person is not None and self.has_delete_permission(request, person):
                self._refuse_kept(request, [person])
            return super().delete_view(request, object_id, extra_context)
        except (AccountKept, TransitionRefused) as refused:
            self.message_user(request, str(refused), messages.ERROR)
            page = reverse("admin:lostfound_user_change", args=[object_id])
            is_popup = IS_POPUP_VAR in request.GET or IS_POPUP_VAR in request.POST
            return HttpResponseRedirect(f"{page}?{IS_POPUP_VAR}=1" if is_popup else page)

    @admin.action(description=delete_selected.short_description, permissions=["delete"])  # type: ignore[attr-defined]
    def delete_selected(
        self, request: HttpRequest, queryset: QuerySet[User]
    ) -> HttpResponse | None:
        """Django's action, for all accounts or none."""
        try:
            self._refuse_kept(request, queryset)
            with transaction.atomic():
                return delete_selected(self, request, queryset)
        except (AccountKept, TransitionRefused) as refused:
            self.message_user(request, str(refused), messages.ERROR)
            return None

    def _refuse_kept(self, request: HttpRequest, people: Iterable[User]) -> None:
        """Refuse accounts that the office's records refer to, and the editor's own account.

        Raises: AccountKept
        """
        if any(person.pk == signed_in(request).pk for person in people):
            raise AccountKept(
                _("You cannot delete your own account here. Please ask another administrator.")
            )
        refuse_kept(people)
