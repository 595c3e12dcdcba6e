"""Filters of the list of posts that are not plain fields."""

from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any, Final

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lostfound import selectors
from lostfound.models import Item, Post

AGES: Final = (
    ("1", _("today and yesterday"), 0, 1),
    ("7", _("up to a week"), 0, 7),
    ("30", _("up to a month"), 0, 30),
    ("90", _("one to three months"), 31, 92),
    ("old", _("older"), 93, None),
)
MAX_SHELVES: Final = 200


class AgeFilter(admin.SimpleListFilter):
    """How long ago a thing was lost or found."""

    title = _("age")
    parameter_name = "age"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The age ranges."""
        return [(key, label) for key, label, _first, _last in AGES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Post]) -> QuerySet[Post]:
        """Posts whose day lies in the chosen range."""
        today = timezone.localdate()
        for key, _label, first, last in AGES:
            if key == self.value():
                queryset = queryset.filter(happened_on__lte=today - timedelta(days=first))
                if last is not None:
                    queryset = queryset.filter(happened_on__gte=today - timedelta(days=last))
        return queryset


class ShelfFilter(admin.SimpleListFilter):
    """The shelf on which a thing is kept."""

    title = _("shelf")
    parameter_name = "shelf"
    nowhere = "-"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The shelves in use."""
        names = selectors.shelves_in_use()[:MAX_SHELVES]
        return [(self.nowhere, _("on no shelf")), *((name, name) for name in names)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Post]) -> QuerySet[Post]:
        """Found things on the chosen shelf."""
        value = self.value()
        if value is None:
            return queryset
        found = queryset.filter(kind=Post.Kind.FOUND)
        if value == self.nowhere:
            return found.filter(item__place=None)
        return found.filter(item__place__code=value, item__state__in=Item.IN_CUSTODY)


class SearchByNumber:
    """Mixin for lists of posts, or of rows about posts: looks numbers up in every spelling.

    Attributes:
        posts_at: the lookups that lead to the posts of a row, each with its final underscores.
    """

    posts_at: tuple[str, ...] = ("",)

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """The rows about the post with this number, or the results of the text search."""
        if (called := Post.called(search_term)) is not None:
            name, value = called
            conditions = (Q(**{f"{post}{name}": value}) for post in self.posts_at)
            return queryset.filter(reduce(or_, conditions)), False
        found: tuple[Any, bool] = super().get_search_results(  # type: ignore[misc]
            request, queryset, search_term
        )
        return found
