"""Names of the field: a look at other people's data is an entry of the access log."""

from functools import partial

from django.db import migrations, models

from lostfound.migrations._permissions import rename_permissions


def unique(name, key):
    return models.UniqueConstraint(
        condition=models.Q((key, ""), _negated=True), fields=("author", key), name=name
    )


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
    ]
