"""The brand that a text names. A new profile queues every open post, which names the brands."""

from typing import Any

from django.db import migrations, models

from matching.index.triggers import drop_triggers


def drop(apps: Any, schema_editor: Any) -> None:
    """`migrate` installs them again at its end."""
    drop_triggers(schema_editor.connection.alias)


def ask_for_a_profile(apps: Any, schema_editor: Any) -> None:
    profiles = apps.get_model("matching", "StoredProfile").objects
    profiles.using(schema_editor.connection.alias).update(prompts_hash="")


class Migration(migrations.Migration):
    dependencies = [("matching", "0014_possible_days")]

    operations = [
        migrations.RunPython(drop, migrations.RunPython.noop),
        migrations.AddField(
            model_name="matchingjob",
            name="named_brand",
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.RunPython(ask_for_a_profile, drop),
    ]
