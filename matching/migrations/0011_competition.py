"""Pairs compete: each keeps the log odds that it has alone. Colours are read from words.

Stored scoring profiles are in an older format; without the hash of their prompts they are built
anew by the next sweep, and all open posts are scored again.
"""

from typing import Any

from django.db import migrations, models

from matching.index.triggers import drop_triggers


def forget_prompts(apps: Any, schema_editor: Any) -> None:
    profiles = apps.get_model("matching", "StoredProfile").objects
    profiles.using(schema_editor.connection.alias).filter(is_current=True).update(prompts_hash="")


def drop(apps: Any, schema_editor: Any) -> None:
    drop_triggers(schema_editor.connection.alias)


def return_to_old_statuses(apps: Any, schema_editor: Any) -> None:
    """The release before knows neither candidates nor the new format."""
    alias = schema_editor.connection.alias
    matches = apps.get_model("matching", "Match").objects.using(alias)
    matches.filter(status="candidate").update(status="withdrawn")
    apps.get_model("matching", "StoredProfile").objects.using(alias).update(is_current=False)


class Migration(migrations.Migration):
    dependencies = [("matching", "0010_field_names")]

    operations = [
        migrations.AddField(
            model_name="match",
            name="log_odds",
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="matchingjob",
            name="rest_odds",
            field=models.FloatField(default=0.0),
        ),
        migrations.AddField(
            model_name="matchingjob",
            name="named_colour",
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.AlterField(
            model_name="match",
            name="status",
            field=models.CharField(
                choices=[
                    ("suggested", "suggested"),
                    ("confirmed", "confirmed"),
                    ("rejected", "rejected"),
                    ("set_aside", "set aside"),
                    ("withdrawn", "withdrawn"),
                    ("gated", "ruled out"),
                    ("candidate", "below the threshold"),
                    ("drawn", "sampled for comparison"),
                ],
                default="suggested",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.RunPython(forget_prompts, return_to_old_statuses),
        migrations.RunPython(migrations.RunPython.noop, drop),
    ]
