"""Posts in the admin. All changes go through the services."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from lostfound.admin.columns import PostColumns
from lostfound.admin.files import import_view, sample_view
from lostfound.admin.filters import AgeFilter, SearchByNumber, ShelfFilter
from lostfound.admin.history_labels import PlainHistory, without_parts
from lostfound.admin.inlines import EventInline, PhotoInline
from lostfound.admin.intake import intake_view
from lostfound.admin.post_actions import PostActions, is_elsewhere
from lostfound.admin.post_forms import PostForm, ShelfActionForm
from lostfound.admin.safe_filters import FilterNumbers
from lostfound.forms.edit_version import EDIT_VERSION, brought_up_to_date
from lostfound.http import AuthenticatedHttpRequest, signed_in
from lostfound.models import AccessLog, Photo, Post
from lostfound.models.post import PostQuerySet
from lostfound.services import (
    EditConflict,
    Intake,
    TransitionRefused,
    delete_post,
    edit_post,
    log_access,
    submit_post,
)
from lostfound.services.post_fields import (
    CUSTODY_FIELDS,
    EDITABLE_FIELDS,
    FOUND_FIELDS,
    LOST_FIELDS,
    OFFICE_FIELDS,
)


@admin.register(Post)
class PostAdmin(PlainHistory, PostColumns, FilterNumbers, SearchByNumber, PostActions):
    """Look up, correct, close and reopen posts."""

    form = PostForm
    inlines = (PhotoInline, EventInline)
    list_display = (
        "named",
        "pictures",
        "kind",
        "status",
        "category",
        "building",
        "shelf",
        "day",
        "author",
        "posted",
    )
    list_filter = (
        "kind",
        "status",
        "category__family",
        ("category", admin.RelatedOnlyFieldListFilter),
        "building__zone",
        ("building", admin.RelatedOnlyFieldListFilter),
        "office",
        ShelfFilter,
        AgeFilter,
    )
    list_per_page = 50
    search_fields = (
        *("title", "description", "place_note", "kept_note"),
        *("item__place__code", "facts_without_item", "item__facts__answer", "author__username"),
    )
    date_hierarchy = "created_at"
    raw_id_fields = ("author",)
    action_form = ShelfActionForm

    def get_urls(self) -> list[URLPattern]:
        """Add the pages for intake and import."""

        def intake(request: AuthenticatedHttpRequest) -> HttpResponse:
            return intake_view(self, request)

        def bring_in(request: AuthenticatedHttpRequest) -> HttpResponse:
            return import_view(self, request)

        def sample(request: HttpRequest) -> StreamingHttpResponse:
            return sample_view(self, request)

        guarded = self.admin_site.admin_view
        return [
            path("intake/", guarded(intake), name="lostfound_post_intake"),
            path("import/", guarded(bring_in), name="lostfound_post_import"),
            path("import/sample/", guarded(sample), name="lostfound_post_import_sample"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Post]:
        """Posts with everything that the list shows."""
        posts: PostQuerySet = super().get_queryset(request)  # type: ignore[assignment]
        return posts.with_details()

    def has_change_permission(self, request: HttpRequest, obj: Post | None = None) -> bool:
        """Not for things kept at another office."""
        return super().has_change_permission(request, obj) and not is_elsewhere(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Post | None = None) -> bool:
        """Under the same condition as changing."""
        return super().has_delete_permission(request, obj) and not is_elsewhere(request, obj)

    def get_fields(self, request: HttpRequest, obj: Post | None = None) -> Any:
        """Omit the fields about keeping for a lost post, and the last day for a found one."""
        custody = () if obj and obj.kind == Post.Kind.LOST else FOUND_FIELDS
        unused = LOST_FIELDS if obj and obj.kind == Post.Kind.FOUND else ()
        words = tuple(name for name in EDITABLE_FIELDS if name not in (*CUSTODY_FIELDS, *unused))
        facts = ("status", "number", "created_at", "updated_at") if obj else ()
        version = (EDIT_VERSION,) if obj and self.has_change_permission(request, obj) else ()
        return ("kind", "author", *words, *custody, *facts, *version)

    def get_readonly_fields(self, request: HttpRequest, obj: Post | None = None) -> Any:
        """The status is changed by actions and decisions only; a matched post may still move."""
        if obj is None:
            return ()
        fixed = ("kind", "author", "status", "number", "created_at", "updated_at")
        if obj.is_open:
            return fixed
        return (*fixed, *(name for name in EDITABLE_FIELDS if name not in CUSTODY_FIELDS))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Default to a found thing with the editor as its author."""
        from_query = super().get_changeform_initial_data(request)
        return {"author": request.user.pk, "kind": Post.Kind.FOUND, **from_query}

    def save_model(
        self, request: HttpRequest, obj: Post, form: forms.ModelForm[Post], change: bool
    ) -> None:
        """Submit or edit through the services."""
        fields = {
            name: form.cleaned_data[name] for name in form.changed_data if name in form.fields
        }
        if change:
            edit_post(
                obj,
                actor=signed_in(request),
                fields=fields,
                seen=form.cleaned_data.get(EDIT_VERSION, ""),
            )
            obj.refresh_from_db()  # also loads what others have changed since
            return
        every = {name: form.cleaned_data[name] for name in (*EDITABLE_FIELDS, *OFFICE_FIELDS)}
        saved = submit_post(
            author=obj.author,
            kind=obj.kind,
            fields=every,
            actor=signed_in(request),
            intake=Intake(),
        )
        obj.pk, obj.public_id, obj._state.adding = saved.pk, saved.public_id, False

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Remove photographs; nothing else in the inlines can change."""
        if formset.model is not Photo or not change:
            formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
            return
        removed = [row.instance for row in formset.deleted_forms]
        formset.new_objects, formset.changed_objects = [], []
        formset.deleted_objects = removed
        if removed:
            edit_post(form.instance, actor=signed_in(request), fields={}, remove_photos=removed)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Log the access to the listed posts."""
        answer = super().changelist_view(request, extra_context)
        context = getattr(answer, "context_data", None) or {}
        if "cl" in context:
            log_access(signed_in(request), AccessLog.What.LIST, context["cl"].result_list)
        if "action_form" in context and not self.has_change_permission(request):
            del context["action_form"].fields["shelf"]
        return answer

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show the page again with a service's errors; nothing is saved and no input is lost."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as refused:
            request.refused = refused  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(
        self, request: HttpRequest, obj: Post | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The form class with a service's error, if there was one."""
        form: Any = super().get_form(request, obj, change, **kwargs)
        refused = getattr(request, "refused", None)
        form.refused = refused
        if isinstance(refused, EditConflict):
            request.POST = brought_up_to_date(form(request.POST, instance=obj), refused)
        return form

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """Log the access, and say if the thing is kept at another office."""
        post: Post | None = kwargs.get("obj")
        if post is not None and request.method == "GET":
            log_access(signed_in(request), AccessLog.What.POST, [post])
            if is_elsewhere(request, post):
                text = _(
                    "This thing is kept at another office (%(office)s). You can only read its post."
                )
                self.message_user(request, text % {"office": post.office}, messages.INFO)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """List the posts; matched ones and those of another office cannot be deleted."""
        to_delete, counts, _needed, _things = super().get_deleted_objects(objs, request)
        protected: list[str] = []
        for post in objs:
            if is_elsewhere(request, post):
                protected.append(_("%(post)s: kept at another office") % {"post": post})
            elif post.is_in_custody:
                protected.append(_("%(post)s: the office keeps it") % {"post": post})
            elif post.status == Post.Status.MATCHED:
                protected.append(_("%(post)s: matched, undo the match first") % {"post": post})
        return without_parts(to_delete), counts, set(), protected

    def delete_model(self, request: HttpRequest, obj: Post) -> None:
        """Delete a post with its files."""
        delete_post(obj, actor=signed_in(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Post]) -> None:
        """Delete all posts or none."""
        with transaction.atomic():
            for post in queryset:
                delete_post(post, actor=signed_in(request))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """If the post has been matched since, keep it and say why."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except TransitionRefused as refused:
            self.message_user(request, str(refused), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
