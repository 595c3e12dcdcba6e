"""The form for lost things. It only validates; services write."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lostfound import selectors
from lostfound.forms.edit_version import (
    EDIT_VERSION,
    EditVersionField,
    brought_up_to_date,
    left_behind,
    offered,
)
from lostfound.forms.fields import DayField, PhotosField, RowField
from lostfound.forms.loss_day import DayIs, day_is, days_meant
from lostfound.media.processing import MAX_PHOTOS
from lostfound.models import Building, Category, Colour, Photo, Post, User
from lostfound.models.post import MAX_DESCRIPTION_CHARS
from lostfound.services import EditConflict, photo_staging
from lostfound.services.edit_conflicts import (
    edit_version_of,
    is_first_as_seen,
    is_order_as_seen,
    was_shown,
)
from lostfound.services.post_fields import (
    EDITABLE_FIELDS,
    refuse_future,
    refuse_long_ago,
    validate_days,
)
from lostfound.services.post_photos import too_many

AnyPhoto = TypeVar("AnyPhoto", Photo, photo_staging.StagedPhoto)


class PostForm(forms.Form):
    """A post about a lost thing."""

    kind: str = Post.Kind.LOST

    title = forms.CharField(
        label=_("What is it?"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Please say in a few words what it is.")},
    )
    description = forms.CharField(
        label=_("What does it look like?"),
        required=False,
        max_length=MAX_DESCRIPTION_CHARS,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    category = RowField(label=_("Category"), required=False)
    colour = forms.ChoiceField(
        label=_("Main colour"),
        required=False,
        choices=[("", _("Not sure")), *Colour.choices],
        widget=forms.RadioSelect,
    )
    building = RowField(label=_("Where did you lose it?"), required=False)
    place_note = forms.CharField(
        label=_("Where exactly?"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    day_is = forms.ChoiceField(
        label=_("When did you lose it?"),
        required=False,
        choices=DayIs.choices,
        widget=forms.RadioSelect,
    )
    happened_on = DayField(label=_("Day"), required=False)
    happened_until = DayField(label=_("Last possible day"), required=False)
    photos = PhotosField(label=_("Photographs"), required=False)
    # Saved once, even if a bad network makes the browser submit it twice.
    idempotency_key = forms.CharField(
        required=False, max_length=40, widget=forms.HiddenInput(attrs={"autocomplete": "off"})
    )
    version = EditVersionField()
    remove_photos = forms.MultipleChoiceField(required=False)
    first_photo = forms.ChoiceField(required=False)

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        user: User,
        post: Post | None = None,
        prefill: dict[str, Any] | None = None,
    ) -> None:
        self.user, self.post = user, post
        initial = (
            {name: getattr(post, name) for name in EDITABLE_FIELDS} | {"day_is": day_is(post)}
            if post
            else {"idempotency_key": uuid4().hex, **(prefill or {})}
        )
        super().__init__(data, files, initial=initial)
        self.seen: str = (
            data.get(EDIT_VERSION, "") if data else ""
        )  # the version that the page was rendered from
        # With a script that lets people order them: numbers, tokens, and "new" for each upload.
        self.order: list[str] = data.getlist("photo_order") if data else []
        if self.seen and is_order_as_seen(self.seen, self.order, data.getlist("remove_photos")):
            # Nobody moved them here, so they stay as they stand there now.
            self.order = [name for name in self.order if not was_shown(self.seen, name)]
        self.photos_now = self._in_order(list(post.photos.all()) if post else [], "public_id")
        self.staged = self._in_order(self._named_staged(data), "token")
        self._offer_rows()
        self._offer_photos()
        if post:
            del self.fields["idempotency_key"]
            self.initial[EDIT_VERSION] = edit_version_of(post, offered(self))
        else:
            del self.fields[EDIT_VERSION]
        self.fields["photos"].widget.attrs |= {"accept": "image/*,.heic,.heif", "multiple": True}

    def _offer_rows(self) -> None:
        category: Category | None = self.post.category if self.post else None
        building: Building | None = self.post.building if self.post else None
        self.row_field("category").offer(
            ((family.name, rows) for family, rows in selectors.categories_by_family(keep=category)),
            empty=_("Not sure"),
        )
        self.row_field("building").offer(
            ((zone.name, rows) for zone, rows in selectors.buildings_by_zone(keep=building)),
            empty=_("Not sure"),
        )
        for name, words in (
            ("category", _("Search: wallet, 에어팟…")),
            ("building", _("Search: library, gym…")),
        ):
            self.fields[name].widget.attrs |= {
                "data-searchable": words,
                "data-nothing": _("No results."),
                "data-pick": _("Please choose from the list, or leave it empty."),
            }
        self.fields["building"].widget.attrs |= {
            "data-leftover": "place_note",
            "data-moved": _("This is not in the list, so it was moved to “Where exactly?”."),
        }

    def _offer_photos(self) -> None:
        offered = [(str(photo.public_id), str(photo)) for photo in self.photos_now]
        for name in ("remove_photos", "first_photo"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            # What the page showed may have been removed since: then there is nothing to say.
            data: Any = self.data  # its declared type has no getlist()
            sent = data.getlist(name) if self.seen else []
            gone = [(number, number) for number in sent if was_shown(self.seen, number)]
            field.choices = [*offered, *gone]
            field.error_messages["invalid_choice"] = _("This photograph is no longer here.")

    def row_field(self, name: str) -> RowField:
        """A row field of this form, to be filled with `offer`."""
        field = self.fields[name]
        assert isinstance(field, RowField)
        field.error_messages["invalid_choice"] = _("Please choose from the list.")
        return field

    def _named_staged(self, data: Any) -> list[photo_staging.StagedPhoto]:
        if not data:
            return []
        dropped = set(data.getlist("drop_staged"))
        tokens = [token for token in data.getlist("staged") if token not in dropped]
        return photo_staging.staged_photos(self.user, tokens)

    def _in_order(self, photos: list[AnyPhoto], by: str) -> list[AnyPhoto]:
        """Photographs in the chosen order; those without a position come last."""
        place = {name: number for number, name in enumerate(self.order)}
        return sorted(photos, key=lambda photo: place.get(str(getattr(photo, by)), len(place)))

    def clean_happened_on(self) -> Any:
        """Accepts plausible dates: not in the future, and not years ago."""
        return self._plausible("happened_on")

    def clean_happened_until(self) -> Any:
        """Accepts plausible dates as well."""
        return self._plausible("happened_until")

    def _plausible(self, name: str) -> Any:
        day = self.cleaned_data[name]
        if day != self.initial.get(name):
            try:
                refuse_future(day, name)
                refuse_long_ago(day, name)
            except ValidationError as error:
                raise ValidationError(error.error_dict[name]) from error
        return day

    def clean(self) -> dict[str, Any]:
        """Accepts at most five photographs at once; the service knows the existing ones."""
        cleaned = super().clean() or self.cleaned_data
        if "day_is" in self.fields and not {"happened_on", "happened_until"} & self.errors.keys():
            try:
                cleaned |= (days := days_meant(cleaned))
                validate_days(self.kind, days["happened_on"], days["happened_until"])
            except ValidationError as error:
                self.add_error(None, error)
        if len(self.staged) + len(cleaned.get("photos", ())) > MAX_PHOTOS:
            self.add_error("photos", too_many())
        if self.post and (lost := left_behind(self, self.post)):
            self.add_error(None, lost)
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """The values for the services' `fields`."""
        return {name: self.cleaned_data[name] for name in EDITABLE_FIELDS if name in self.fields}

    @property
    def submission_key(self) -> str:
        """The submission's idempotency key; empty for an older page without one."""
        key = str(self.cleaned_data.get("idempotency_key", ""))
        return f"form-{key}" if key else ""

    def begin_anew(self) -> None:
        """Give the next submission a new idempotency key."""
        data: Any = self.data
        self.data = data.copy()
        self.data["idempotency_key"] = uuid4().hex  # type: ignore[index]

    def show_conflict(self, changed: EditConflict) -> None:
        """Show the current values; what was typed here is saved on the next submission."""
        seen, first = self.seen, self.data.get("first_photo", "")
        self.data = data = brought_up_to_date(self, changed)
        if "day_is" in self.fields and not changed.own & {"happened_on", "happened_until"}:
            data["day_is"] = day_is(changed.now)
        if is_first_as_seen(seen, first):
            data.pop("first_photo")  # not chosen, so the current first one stays first

    @property
    def uploads(self) -> Sequence[Any]:
        """All photographs to add, in the chosen order or else with staged ones first."""
        added = self._woven(self.staged, self.cleaned_data["photos"])
        return [
            photo.as_upload() if isinstance(photo, photo_staging.StagedPhoto) else photo
            for photo in added
        ]

    def _woven(self, staged: Sequence[Any], uploads: Sequence[Any]) -> list[Any]:
        """Staged photographs and uploads in the submitted order, where "new" is an upload."""
        tokens, fresh = {photo.token: photo for photo in staged}, list(uploads)
        woven = []
        for name in self.order:
            if name in tokens:
                woven.append(tokens.pop(name))
            elif name == "new" and fresh:
                woven.append(fresh.pop(0))
        return [*woven, *tokens.values(), *fresh]

    @property
    def removed_photos(self) -> list[Photo]:
        """The photographs that are ticked for removal."""
        removed = set(self.cleaned_data["remove_photos"])
        return [photo for photo in self.photos_now if str(photo.public_id) in removed]

    @property
    def photo_order(self) -> list[Photo]:
        """The chosen order, or the chosen first photograph followed by the others as they were."""
        if self.order:
            return self.photos_now
        first = self.cleaned_data["first_photo"]
        if is_first_as_seen(self.seen, first):
            return []
        return [photo for photo in self.photos_now if str(photo.public_id) == first]

    def stage_photos(self) -> None:
        """Stage the valid photographs for the next try, and add errors for the others."""
        uploads = self.files.getlist("photos") if self.files else []
        first_number = len(self.staged) + 1
        staged, errors = photo_staging.stage_photos(self.user, uploads, first_number)
        by_number = {photo.upload_number: photo for photo in staged}
        woven = self._woven(self.staged, [by_number.get(n) for n in range(1, len(uploads) + 1)])
        self.staged = [photo for photo in woven if photo]
        reported = {str(message) for message in self.errors.get("photos", [])}
        for error in errors:
            if error.message not in reported:
                self.add_error("photos", error)

    def discard_staged_photos(self) -> None:
        """Discard the staged photographs, which belong to a post now."""
        photo_staging.discard_staged(self.staged)
