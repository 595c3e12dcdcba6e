"""The list of pairs, loaded in as few queries as possible."""

from typing import Any, Final

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Func, QuerySet, Subquery
from django.http import HttpRequest

from matching.models import Match

MAX_PAGES: Final = 100_000  # more than any list has; SQLite rejects larger numbers


class CountedList(ChangeList):
    """A list whose rows carry the total number of rows."""

    def get_results(self, request: HttpRequest) -> None:
        """Overrides Django, which counts before it reads; used as a fallback for an empty page."""
        rows: list[Any] = []
        if not self.show_all and 1 <= self.page_num <= MAX_PAGES:
            first = (self.page_num - 1) * self.list_per_page
            counted = self.queryset.order_by().annotate(n=Func("pk", function="COUNT"))
            listed = self.queryset.annotate(row_count=Subquery(counted.values("n")))
            rows = list(listed[first : first + self.list_per_page])
        if not rows:
            super().get_results(request)
            return
        paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
        paginator.count = self.result_count = rows[0].row_count
        self.paginator, self.result_list = paginator, rows
        self.can_show_all = self.result_count <= self.list_max_show_all
        self.multi_page = self.result_count > self.list_per_page
        self.show_full_result_count, self.full_result_count = False, None
        self.show_admin_actions = True


class FilteredRows(ChangeList):
    """A list that is only filtered: its rows are neither read nor counted."""

    def get_results(self, request: HttpRequest) -> None:
        """Nothing."""


def filtered_pairs(model_admin: admin.ModelAdmin[Match], request: HttpRequest) -> QuerySet[Match]:
    """All pairs in the list of a request, on every page.

    Raises: IncorrectLookupParameters
    """
    listed = FilteredRows(
        request,
        model_admin.model,
        list_display=("__str__",),
        list_display_links=(),
        list_filter=model_admin.get_list_filter(request),
        date_hierarchy=None,
        search_fields=model_admin.get_search_fields(request),
        list_select_related=False,
        list_per_page=model_admin.list_per_page,
        list_max_show_all=model_admin.list_max_show_all,
        list_editable=(),
        model_admin=model_admin,
        sortable_by=None,
        search_help_text=None,
    )
    pairs: QuerySet[Match] = listed.queryset
    return pairs
