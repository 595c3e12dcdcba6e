"""Categories and places in the admin. Codes cannot change later: programs rely on them."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import JSONField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lostfound.admin.history_labels import PlainHistory
from lostfound.admin.safe_filters import FilterNumbers
from lostfound.models import Building, Category, Family, Office, Zone
from lostfound.models.coded import CodedModel


class WordsField(forms.CharField):
    """A list of words, entered with commas between them."""

    def prepare_value(self, value: Any) -> Any:
        """The words as one line."""
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """The line, split into words."""
        return [word for word in (part.strip() for part in str(value or "").split(",")) if word]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compares the words, ignoring spacing and commas."""
        before: list[str] = self.to_python(self.prepare_value(initial))
        after: list[str] = self.to_python(data)
        return before != after


class NamedAdmin(PlainHistory, FilterNumbers, admin.ModelAdmin[CodedModel]):
    """Base for models with a code and two names."""

    list_display: Any = ("code", "name_ko", "name_en", "position", "is_active")
    list_filter: ClassVar[Any] = ("is_active",)
    search_fields: ClassVar[Any] = ("code", "name_ko", "name_en")
    list_per_page = 100

    def get_readonly_fields(self, request: HttpRequest, obj: CodedModel | None = None) -> Any:
        """Codes are read-only once saved: posts and clients refer to them."""
        return ("code",) if obj else ()

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Edit synonyms as a line of words instead of JSON."""
        if isinstance(db_field, JSONField):
            return WordsField(
                label=db_field.verbose_name,
                required=False,
                help_text=_("Separate words with commas."),
                widget=forms.TextInput(attrs={"class": "vTextField"}),
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(Family)
class FamilyAdmin(NamedAdmin):
    """Families of categories."""


@admin.register(Category)
class CategoryAdmin(NamedAdmin):
    """Categories of things."""

    list_display = (
        "code",
        "name_ko",
        "name_en",
        "family",
        "police_class",
        "is_sensitive",
        "photo_policy",
        "position",
        "is_active",
    )
    list_filter = ("is_active", "is_sensitive", "photo_policy", "family")
    list_select_related = ("family",)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A form that leaves the policy out changes nothing of it."""
        return super().formfield_for_choice_field(db_field, request, required=False, **kwargs)

    search_fields = ("code", "name_ko", "name_en", "synonyms_ko", "synonyms_en")


@admin.register(Zone)
class ZoneAdmin(NamedAdmin):
    """Neighbouring buildings."""


@admin.register(Building)
class BuildingAdmin(NamedAdmin):
    """Buildings and open spaces."""

    list_display = ("code", "name_ko", "name_en", "zone", "position", "is_active")
    list_filter = ("is_active", "zone")
    list_select_related = ("zone",)
    search_fields = ("code", "name_ko", "name_en", "synonyms_ko", "synonyms_en")


@admin.register(Office)
class OfficeAdmin(NamedAdmin):
    """Offices that keep found things."""

    list_display = ("code", "name_ko", "name_en", "building", "phone", "position", "is_active")
    list_filter = ("is_active", "building__zone")
    list_select_related = ("building",)
