"""Which rule of keeping applies to a thing, the dates that follow, and new versions of rules."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from lostfound.data.retention_file import NUMBERS
from lostfound.models import Item, RetentionRule, User
from lostfound.services.clock.days import days_after
from lostfound.services.status import TransitionRefused

COPIED: Final = (*NUMBERS, "on_expiry")


class NoRule(LookupError):
    """There is no rule in force that applies to everything."""


def rule_for(item: Item, rules: Iterable[RetentionRule] | None = None) -> RetentionRule:
    """The rule in force for a thing.

    Its category's, else its family's, else the general one; a rule for its value or for a name
    inside applies beside it, and the shortest period counts. A thing without a category has the
    general rule.

    Args:
        rules: those in force, if they have been read.

    Raises: NoRule
    """
    if rules is None:
        rules = RetentionRule.objects.filter(is_current=True).order_by("pk")
    category = item.post.category if item.post_id and item.post else None
    family_id = category.family_id if category else None
    general, of_family, of_category, beside = None, None, None, []
    for rule in rules:
        if rule.for_names or rule.value_band:
            has_band = rule.value_band in ("", item.value_band)
            if has_band and (item.has_name_inside or not rule.for_names):
                beside.append(rule)
        elif rule.category_id is not None:
            if category is not None and rule.category_id == category.pk:
                of_category = rule
        elif rule.family_id is not None:
            if rule.family_id == family_id:
                of_family = rule
        elif general is None or rule.key == "general":
            general = rule
    kind = of_category or of_family or general
    if kind is None:
        raise NoRule("No general rule of keeping is in force.")
    return min((kind, *beside), key=lambda rule: rule.keep_days)


def start_clock(item: Item, rule: Any, received_on: date) -> dict[str, Any]:
    """The fields of a thing that a rule sets when the thing is received.

    The numbers are copied: a later version of the rule changes nothing for this thing. The police
    are due by the day of the find, which may be over when a thing arrives.

    Args:
        rule: a RetentionRule, or that of a migration.
    """
    numbers = {name: getattr(rule, name) for name in COPIED}
    keep_until = days_after(received_on, rule.keep_days)
    notice_on = keep_until - timedelta(days=rule.notice_days)
    return {
        "rule": rule,
        "clock": {"rule": rule.key, "version": rule.version, **numbers},
        "police_due_on": days_after(item.found_on, rule.police_due_days),
        "keep_until": keep_until,
        "notice_on": max(received_on, notice_on),
    }


@transaction.atomic
def replace_rule(rule: RetentionRule, *, by: User, values: Mapping[str, Any]) -> RetentionRule:
    """Put a new version of a rule in force. What runs keeps the numbers that it started with.

    Args:
        values: the fields that differ.

    Raises:
        TransitionRefused: somebody else has replaced this version.
        ValidationError: by field.
    """
    if not RetentionRule.objects.filter(pk=rule.pk, is_current=True).update(is_current=False):
        raise TransitionRefused(_("This rule has a newer version. Reload it to see it."))
    names = ("key", "family", "category", "value_band", "for_names", *COPIED, "source")
    newer = RetentionRule(**{name: getattr(rule, name) for name in names} | dict(values))
    newer.key, newer.version, newer.made_by = rule.key, rule.version + 1, by
    newer.full_clean(validate_constraints=False)
    newer.save()
    return newer
