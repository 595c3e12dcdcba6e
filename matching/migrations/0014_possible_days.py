"""The index watches the last possible day of a loss; its trigger goes before the column does."""

from typing import Any

from django.db import migrations

from matching.index.triggers import drop_triggers


def drop(apps: Any, schema_editor: Any) -> None:
    drop_triggers(schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("lostfound", "0008_possible_days"),
        ("matching", "0013_preparation"),
    ]

    operations = [migrations.RunPython(migrations.RunPython.noop, drop)]
