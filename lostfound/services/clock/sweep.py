"""The clock's part of the regular sweep: it sets dates and reminds; no thing ever leaves by it."""

from django.db import transaction
from django.utils import timezone

from lostfound.models import Item, RetentionRule
from lostfound.services.clock.rules import rule_for, start_clock


def sweep_clock() -> int:
    """Give dates to kept things that have none, such as those of an older site.

    May run at any time and twice. Reminders of approved claims are `sweep_claims`'.

    Returns: how many things it changed.
    """
    rules = list(RetentionRule.objects.filter(is_current=True).order_by("pk"))
    undated = Item.objects.kept().filter(rule=None).order_by("pk")
    return sum(_date(pk, rules) for pk in list(undated.values_list("pk", flat=True)))


@transaction.atomic
def _date(pk: int, rules: list[RetentionRule]) -> bool:
    item = Item.objects.select_related("post__category").get(pk=pk)
    received = item.received_at or item.created_at
    values = start_clock(item, rule_for(item, rules), timezone.localdate(received))
    # Only a row that still has none: whoever was faster has the right dates.
    return bool(Item.objects.filter(pk=pk, rule=None).update(**values))
