"""The inlines below a post's fields: photographs and history."""

from typing import Any, Final

from django import forms
from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.db.models import QuerySet
from django.forms.formsets import DELETION_FIELD_NAME
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lostfound.admin.read_only import ReadOnlyMixin
from lostfound.models import Category, ControlFact, Photo, Post, PostEvent, StoragePlace

ACTION_WORDS: Final = {
    "submitted": gettext_lazy("Posted"),
    "edited": gettext_lazy("Edited"),
    "closed": gettext_lazy("Closed"),
    "left_office": gettext_lazy("Closed because the thing left the office"),
    "reopened": gettext_lazy("Reopened"),
    "matched": gettext_lazy("Match confirmed"),
    "match_undone": gettext_lazy("Match undone"),
    "closed_as_duplicate": gettext_lazy("Closed as a duplicate"),
    "returned": gettext_lazy("Handed over"),
    "handover_reversed": gettext_lazy("Hand-over taken back"),
    "photo_allowed": gettext_lazy("Let a photograph be shown unmasked"),
    "photo_forbidden": gettext_lazy("Had a photograph hidden again"),
    "answered": gettext_lazy("Answered a suggestion"),
    "answer_withdrawn": gettext_lazy("Withdrew an answer to a suggestion"),
}


class OfNow(forms.BaseInlineFormSet[Any, Post, Any]):
    """The current inline rows, whatever they were when the page was rendered.

    Only the choice of rows to delete is taken from the submitted data.
    """

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        if data is not None:
            self.data = self._of_now(data)

    def _of_now(self, data: Any) -> Any:
        mine, box = f"{self.prefix}-", f"-{DELETION_FIELD_NAME}"
        now = data.copy()
        going = set()
        for name in [name for name in data if name.startswith(mine)]:
            del now[name]
            if name.endswith(box):
                going.add(data.get(name.removesuffix(box) + "-id"))
        rows = list(self.get_queryset())
        now.update({f"{mine}TOTAL_FORMS": len(rows), f"{mine}INITIAL_FORMS": len(rows)})
        now.update({f"{mine}MIN_NUM_FORMS": self.min_num, f"{mine}MAX_NUM_FORMS": self.max_num})
        for number, row in enumerate(rows):
            now[f"{mine}{number}-id"] = row.pk
            now[f"{mine}{number}-{self.fk.name}"] = self.instance.pk
            if str(row.pk) in going:
                now[f"{mine}{number}{box}"] = "on"
        return now


class PhotoFormSet(OfNow):
    """Labels the checkbox that removes a photograph; Django's has no label."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if DELETION_FIELD_NAME in form.fields:
            words = _("Remove photograph %(n)d") % {"n": (index or 0) + 1}
            form.fields[DELETION_FIELD_NAME].widget.attrs["aria-label"] = words


class PhotoInline(admin.TabularInline[Photo, Post]):
    """The photographs, served by the view that checks permissions."""

    model = Photo
    formset = PhotoFormSet
    fields = ("picture", "size", "shown", "created_at")
    readonly_fields = fields
    extra = 0
    max_num = 0

    @admin.display(description=gettext_lazy("photograph"))
    def picture(self, photo: Photo) -> str:
        """The thumbnail, linked to the full photograph."""
        return format_html(
            '<a href="{}"><img src="{}" alt="{}" height="160" loading="lazy"></a>',
            photo.full_url,
            photo.thumbnail_url,
            photo,
        )

    @admin.display(description=gettext_lazy("size"))
    def size(self, photo: Photo) -> str:
        """Width and height of the full photograph."""
        return f"{photo.width_px} × {photo.height_px} px"

    @admin.display(description=gettext_lazy("shown"))
    def shown(self, photo: Photo) -> str:
        """Whether it is masked or checked, with the buttons that change it."""
        words = photo.get_mask_display() if photo.is_safe else _("Photograph not shown")
        if photo.post.photo_policy == Category.PhotoPolicy.NORMAL:
            return "–"
        buttons = {
            Photo.Mask.RAW: ("allow_photo", _("No number can be read: show it")),
            Photo.Mask.FAILED: ("allow_photo", _("No number can be read: show it")),
            Photo.Mask.ALLOWED: ("forbid_photo", _("Hide it again")),
        }
        if photo.mask not in buttons:
            return words
        name, label = buttons[Photo.Mask(photo.mask)]
        # The inline lies within the form of the post, whose token this button sends along.
        return format_html(
            '{}<br><button formaction="{}" formnovalidate>{}</button>',
            words,
            reverse(f"lostfound:{name}", args=[photo.public_id]),
            label,
        )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Photographs are added with the post's form, not here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only while the post can be edited."""
        may = obj is not None and obj.is_open and not obj.is_kept_elsewhere_for(request.user)
        return may and super().has_delete_permission(request, obj)


class EventInline(ReadOnlyMixin, admin.TabularInline[PostEvent, Post]):
    """The post's history, newest first."""

    model = PostEvent
    formset = OfNow
    fields = ("at", "actor", "what", "status")
    readonly_fields = fields
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[PostEvent]:
        """Events with their actors."""
        return super().get_queryset(request).select_related("actor")

    @admin.display(description=gettext_lazy("what"))
    def what(self, event: PostEvent) -> str:
        """The action, and what it changed."""
        words = str(ACTION_WORDS.get(event.action, event.action))
        # Whoever sees this page may read everybody's posts, with their shelves and hidden facts.
        changed = ", ".join(_changes(event.detail))
        return f"{words}: {changed}" if changed else words

    @admin.display(description=gettext_lazy("status"))
    def status(self, event: PostEvent) -> str:
        """The old and new status, if it changed."""
        labels = dict(Post.Status.choices)
        steps = [step for step in (event.from_status, event.to_status) if step]
        return " → ".join(str(labels.get(step, step)) for step in dict.fromkeys(steps)) or "–"


def _changes(detail: dict[str, Any]) -> list[str]:
    values = detail.get("values", {})
    changed = [_step_words(name, values.get(name)) for name in detail.get("fields", [])]
    if number := detail.get("photos_added"):
        changed.append(_("photographs added: %(n)d") % {"n": number})
    if number := detail.get("photos_removed"):
        changed.append(_("photographs removed: %(n)d") % {"n": number})
    if detail.get("photos_reordered"):
        changed.append(_("photographs reordered"))
    return changed


def _step_words(name: str, step: list[str] | None) -> str:
    """A field, with its old and new value where the history has them."""
    words = _field_words(name)
    if step is None:
        return words
    before, after = (" / ".join(value.split("\n")) or "–" for value in step)
    return f"{words}: {before} → {after}"


def _field_words(name: str) -> str:
    if name == "shelf":  # belongs to the thing
        return str(StoragePlace._meta.get_field("code").verbose_name)
    if name == "hidden_facts":  # likewise
        return str(ControlFact._meta.verbose_name_plural)
    try:
        return str(getattr(Post._meta.get_field(name), "verbose_name", name))
    except FieldDoesNotExist:  # an event from an older version of the model
        return name
