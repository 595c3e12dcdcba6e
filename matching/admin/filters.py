"""Filters shared by the lists of things to decide."""

from typing import Any, ClassVar, Final

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

ALL: Final = "all"


class WaitingFilter(admin.SimpleListFilter):
    """Shows what is waiting for a decision, unless another status is selected."""

    title = gettext_lazy("status")
    parameter_name = "status"
    waits: ClassVar[str]
    statuses: ClassVar[Any]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        others = [(v, str(label)) for v, label in self.statuses if v != self.waits]
        return [*others, (ALL, _("all"))]

    def choices(self, changelist: ChangeList) -> Any:
        default = changelist.get_query_string(remove=[self.parameter_name])
        yield {"selected": self.value() is None, "query_string": default, "display": _("waiting")}
        yield from list(super().choices(changelist))[1:]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == ALL:
            return queryset
        return queryset.filter(status=self.value() or self.waits)
