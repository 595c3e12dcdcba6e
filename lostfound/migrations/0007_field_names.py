"""Standard terms for models and fields, such as the access log, and clearer texts."""

from functools import partial

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

from lostfound.migrations._permissions import rename_permissions


def unique(name, key):
    return models.UniqueConstraint(
        condition=models.Q((key, ""), _negated=True), fields=("author", key), name=name
    )


NOTIFICATION_KINDS = [
    ("suggested", "Something similar was found"),
    ("match_confirmed", "A match was confirmed"),
    ("match_withdrawn", "A confirmed match was undone"),
    ("closed_as_duplicate", "A post was closed as a duplicate"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("lostfound", "0006_looks"),
    ]

    operations = [
        migrations.RenameModel("Look", "AccessLog"),
        migrations.RemoveConstraint("post", "one_post_per_sending"),
        migrations.RenameField("post", "sent_as", "idempotency_key"),
        migrations.RenameField("post", "sent_hash", "submission_hash"),
        migrations.RenameField("deletedpost", "sent_as", "idempotency_key"),
        migrations.AddConstraint("post", unique("one_post_per_idempotency_key", "idempotency_key")),
        migrations.AlterModelOptions(
            name="accesslog",
            options={
                "ordering": ("-at", "-id"),
                "verbose_name": "access to personal data",
                "verbose_name_plural": "access log",
            },
        ),
        migrations.RunPython(
            partial(
                rename_permissions,
                app="lostfound",
                model="accesslog",
                old="look",
                new="accesslog",
                label="access to personal data",
            ),
            partial(
                rename_permissions,
                app="lostfound",
                model="accesslog",
                old="accesslog",
                new="look",
                label="look at personal data",
            ),
        ),
        # Texts only.
        migrations.AlterModelOptions(
            name="notificationchoice",
            options={
                "verbose_name": "notification preference",
                "verbose_name_plural": "notification preferences",
            },
        ),
        migrations.AlterField(
            "notificationchoice",
            "kind",
            models.CharField(choices=NOTIFICATION_KINDS, max_length=20, verbose_name="kind"),
        ),
        migrations.AlterField(
            "notification",
            "kind",
            models.CharField(choices=NOTIFICATION_KINDS, max_length=20, verbose_name="kind"),
        ),
        migrations.AlterField(
            "notification",
            "email_attempts",
            models.PositiveSmallIntegerField(default=0, verbose_name="send attempts"),
        ),
        migrations.AlterField(
            "category",
            "police_class",
            models.CharField(
                blank=True,
                help_text="LOST112 class, for example PRH.",
                max_length=8,
                verbose_name="police class",
            ),
        ),
        migrations.AlterField(
            "category",
            "is_sensitive",
            models.BooleanField(
                default=False,
                help_text=(
                    "Identity cards, bank cards, cash: photographs are never shown in public."
                ),
                verbose_name="sensitive",
            ),
        ),
        migrations.AlterField(
            "post",
            "shelf",
            models.CharField(
                blank=True,
                db_index=True,
                help_text="For example A-12.",
                max_length=40,
                verbose_name="shelf or box",
            ),
        ),
        migrations.AlterField(
            "post",
            "hidden_facts",
            models.TextField(
                blank=True,
                help_text=(
                    "One per line. The public never sees these words, so whoever claims the thing "
                    "must know them."
                ),
                validators=[django.core.validators.MaxLengthValidator(2000)],
                verbose_name="hidden facts",
            ),
        ),
        migrations.AlterField(
            "user",
            "office",
            models.ForeignKey(
                blank=True,
                help_text=(
                    "This person can see, but not change, things kept at other offices. Leave "
                    "empty for staff of all offices."
                ),
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="staff",
                to="lostfound.office",
                verbose_name="works at",
            ),
        ),
    ]
