"""Photographs that may show documents are masked; a policy for each category."""

import lostfound.media.processing
from django.db import migrations, models

from lostfound.migrations._permissions import allow_groups
from lostfound.data.campus_files import read_taxonomy

PERMISSION = "view_unmasked_photo"
GROUPS = ("분실물센터 직원", "분실물센터 책임자")


def set_policies(apps, schema_editor):
    """The shipped categories get theirs; those that an office added stay masked."""
    Category = apps.get_model("lostfound", "Category")
    rows = Category.objects.using(schema_editor.connection.alias)
    for entry in read_taxonomy():
        if entry.model == "Category":
            rows.filter(code=entry.code).update(photo_policy=entry.values["photos"])


def allow(apps, schema_editor):
    allow_groups(apps, schema_editor, dict.fromkeys(GROUPS, (PERMISSION,)))


def disallow(apps, schema_editor):
    rows = apps.get_model("auth", "Permission").objects.using(schema_editor.connection.alias)
    rows.filter(codename=PERMISSION, content_type__app_label="lostfound").delete()


class Migration(migrations.Migration):
    dependencies = [("lostfound", "0019_signed_together")]

    operations = [
        migrations.AddField(
            model_name="category",
            name="photo_policy",
            field=models.CharField(
                choices=[
                    ("none", "must not be photographed"),
                    ("masked", "shown once all texts in them are covered"),
                    ("normal", "shown as they are"),
                ],
                default="masked",
                help_text="Documents with numbers must not be photographed; wallets may hold some.",
                max_length=6,
                verbose_name="photographs",
            ),
        ),
        migrations.AlterModelOptions(
            name="photo",
            options={
                "ordering": ("position", "id"),
                "permissions": [(PERMISSION, "Can see photographs before they are masked")],
                "verbose_name": "photograph",
                "verbose_name_plural": "photographs",
            },
        ),
        migrations.AddField(
            model_name="photo",
            name="mask",
            field=models.CharField(
                choices=[
                    ("raw", "as uploaded"),
                    ("masked", "texts covered"),
                    ("failed", "could not be masked"),
                    ("allowed", "checked by staff"),
                ],
                default="raw",
                editable=False,
                max_length=7,
                verbose_name="masking",
            ),
        ),
        migrations.AddField(
            model_name="photo",
            name="mask_tries",
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="photo",
            name="original",
            field=models.FileField(
                blank=True,
                editable=False,
                max_length=200,
                upload_to=lostfound.media.processing.full_upload_to,
                verbose_name="before masking",
            ),
        ),
        migrations.AddField(
            model_name="photo",
            name="upload_hash",
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.RunPython(set_policies, migrations.RunPython.noop),
        migrations.RunPython(allow, disallow),
    ]
