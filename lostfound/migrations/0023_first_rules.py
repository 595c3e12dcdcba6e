"""The rules of retention.toml, who may edit them, and the dates of things that are kept already."""

from django.db import migrations
from django.utils import timezone

from lostfound.migrations._permissions import allow_groups
from lostfound.data.retention_file import read_rules

HEADS = "분실물센터 책임자"
CLERKS = "분실물센터 직원"
EDIT = ("add_retentionrule", "change_retentionrule", "view_retentionrule")


def load_rules(apps, schema_editor):
    using = schema_editor.connection.alias
    Rule, Category, Family = (
        apps.get_model("lostfound", name) for name in ("RetentionRule", "Category", "Family")
    )
    for rule in read_rules():
        category = Category.objects.using(using).filter(code=rule.category).first()
        family = Family.objects.using(using).filter(code=rule.family).first()
        if (rule.category and category is None) or (rule.family and family is None):
            continue  # the office has removed what the rule is about
        Rule.objects.using(using).create(
            key=rule.key,
            category=category,
            family=family,
            value_band=rule.value_band,
            for_names=rule.for_names,
            source=rule.source,
            **rule.values,
        )


def date_items(apps, schema_editor):
    # Here, because the services need the newest models when they are imported.
    from lostfound.services.clock.rules import rule_for, start_clock

    using = schema_editor.connection.alias
    Rule, Item = (apps.get_model("lostfound", name) for name in ("RetentionRule", "Item"))
    rules = list(Rule.objects.using(using).order_by("pk"))
    kept = Item.objects.using(using).filter(
        state__in=("held", "in_transit", "reserved", "missing"), rule=None
    )
    for item in kept.select_related("post__category").order_by("pk").iterator(chunk_size=500):
        received_on = timezone.localdate(item.received_at or item.created_at)
        values = start_clock(item, rule_for(item, rules), received_on)
        Item.objects.using(using).filter(pk=item.pk).update(**values)


def allow(apps, schema_editor):
    allow_groups(apps, schema_editor, {HEADS: EDIT, CLERKS: ("view_retentionrule",)})


def forget_rules(apps, schema_editor):
    """Things and rules lose their link; the columns go with the migration before."""
    using = schema_editor.connection.alias
    apps.get_model("lostfound", "Item").objects.using(using).update(rule=None)
    apps.get_model("lostfound", "RetentionRule").objects.using(using).all().delete()


def disallow(apps, schema_editor):
    rows = apps.get_model("auth", "Permission").objects.using(schema_editor.connection.alias)
    rows.filter(
        content_type__app_label="lostfound", codename__in=(*EDIT, "delete_retentionrule")
    ).delete()


class Migration(migrations.Migration):
    dependencies = [("lostfound", "0022_retention")]

    operations = [
        migrations.RunPython(load_rules, forget_rules),
        migrations.RunPython(date_items, migrations.RunPython.noop),
        migrations.RunPython(allow, disallow),
    ]
