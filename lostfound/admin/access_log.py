"""The access log in the admin, for the people who are accountable for it."""

from typing import Any, Final

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from lostfound.admin.read_only import ReadOnlyMixin
from lostfound.admin.safe_filters import FilterNumbers
from lostfound.models import AccessLog, Erasure, Post, User
from lostfound.models.post import NUMBER_MARK

SHOWN: Final = 5  # numbers per row of the list


@admin.register(AccessLog)
class AccessLogAdmin(FilterNumbers, ReadOnlyMixin, admin.ModelAdmin[AccessLog]):
    """The access log, read-only."""

    list_display = ("at", "actor", "what", "count", "numbers", "address", "reason")
    fields = ("at", "actor", "what", "count", "all_numbers", "address", "reason")
    list_filter = ("what",)
    list_select_related = ("actor",)
    search_fields = ("actor__username", "subjects", "reason")
    date_hierarchy = "at"
    show_full_result_count = False

    @admin.display(description=_("numbers"))
    def numbers(self, entry: AccessLog) -> SafeString:
        """The first numbers and how many follow, on one line even on a narrow screen."""
        more = len(entry.subjects) - SHOWN
        shown = ", ".join(map(str, entry.subjects[:SHOWN])) + (f" … +{more}" if more > 0 else "")
        return format_html('<span class="nowrap">{}</span>', shown)

    @admin.display(description=_("numbers"))
    def all_numbers(self, entry: AccessLog) -> SafeString:
        """All numbers, one per line, linked to their pages if they still exist."""
        there = _people(entry) if entry.what == AccessLog.What.PERSON else _posts(entry)
        return format_html_join(
            mark_safe("<br>"),
            "{}",
            ((_linked(number, there.get(str(number))),) for number in entry.subjects),
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AccessLog], search_term: str
    ) -> tuple[QuerySet[AccessLog], bool]:
        """Find accesses to a post by its whole number: LF-12 does not match LF-120."""
        if Post.called(search_term) is not None:
            return queryset.filter(subjects__icontains=f'"{self._as_logged(search_term)}"'), False
        return super().get_search_results(request, queryset, search_term)

    @staticmethod
    def _as_logged(number: str) -> str:
        """The number of a post as the log has it, however somebody typed it."""
        called = Post.called(number)
        if called is None or called[0] == "public_id":
            return number.strip()
        if called[0] == "pk":
            return f"{NUMBER_MARK}{called[1]}"
        post = Post.objects.filter(called).first()
        return post.number if post is not None else number.strip()


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyMixin, admin.ModelAdmin[Erasure]):
    """What was erased and when, read-only: numbers, never content."""

    list_display = ("at", "cause", "counts")
    fields = ("at", "cause", "counts")
    list_filter = ("cause",)
    date_hierarchy = "at"


def _posts(entry: AccessLog) -> dict[str, Model]:
    """An entry's posts that still exist, by each of their numbers."""
    wanted: dict[str, list[Any]] = {"pk": [], "public_id": [], "item__code": []}
    for number in entry.subjects:
        if (called := Post.called(str(number))) is not None:
            wanted[called[0]].append(called[1])
    named = Q(pk__in=wanted["pk"]) | Q(public_id__in=wanted["public_id"])
    posts = Post.objects.filter(named).only("public_id")
    return {name: post for post in posts for name in (post.number, str(post.public_id))}


def _people(entry: AccessLog) -> dict[str, Model]:
    keys = [key for key in entry.subjects if isinstance(key, int)]
    people = User.objects.filter(pk__in=keys).only("username")
    return {str(person.pk): person for person in people}


def _linked(number: Any, subject: Model | None) -> str:
    if subject is None:
        return str(number)
    page = reverse(f"admin:lostfound_{subject._meta.model_name}_change", args=[subject.pk])
    words = f"{number} {subject}" if isinstance(subject, User) else number
    return format_html('<a href="{}">{}</a>', page, words)
