"""The day of a loss may be unknown, or one of several.

On the way back, a loss without a day gets that of its post, and one of several the first.
"""

from typing import Any

import django.utils.timezone
from django.db import migrations, models
from django.utils.timezone import localdate


def know_every_day(apps: Any, schema_editor: Any) -> None:
    """The release before needs a day in every post."""
    posts = apps.get_model("lostfound", "Post").objects.using(schema_editor.connection.alias)
    for pk, created_at in posts.filter(happened_on=None).values_list("pk", "created_at"):
        posts.filter(pk=pk).update(happened_on=localdate(created_at))


class Migration(migrations.Migration):
    dependencies = [("lostfound", "0007_field_names")]

    operations = [
        migrations.AlterField(
            "post",
            "happened_on",
            models.DateField(
                blank=True,
                default=django.utils.timezone.localdate,
                null=True,
                verbose_name="day",
            ),
        ),
        migrations.AddField(
            "post",
            "happened_until",
            models.DateField(
                blank=True,
                help_text="For a loss that may have been on several days.",
                null=True,
                verbose_name="last possible day",
            ),
        ),
        migrations.AddConstraint(
            "post",
            models.CheckConstraint(
                condition=models.Q(("kind", "lost"), ("happened_on__isnull", False), _connector="OR"),
                name="found_things_have_a_day",
            ),
        ),
        migrations.AddConstraint(
            "post",
            models.CheckConstraint(
                condition=models.Q(
                    ("happened_until", None),
                    models.Q(
                        ("happened_on__isnull", False),
                        ("happened_until__gt", models.F("happened_on")),
                        ("kind", "lost"),
                    ),
                    _connector="OR",
                ),
                name="last_possible_day_after_the_first",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, know_every_day),
    ]
