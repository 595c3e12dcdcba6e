"""Established terms: the outbox row is a matching job, the cached vector an embedding.

No data is lost: tables and columns are renamed, and groups keep their permissions.
"""

from functools import partial

import django.db.models.deletion
from django.db import migrations, models

from lostfound.migrations._permissions import rename_permissions

# Permissions contain their model's name, which Django does not change when a model is renamed.
MODELS = (
    ("matchingjob", "embedding", "matching job"),
    ("embedding", "vector", "embedding"),
    ("impression", "showing", "impression"),
)
OLD_LABELS = {"embedding": "embedding", "vector": "vector", "showing": "shown pair"}
EVENTS = ("insert", "update", "delete")


def name_permissions(apps, schema_editor, *, backwards=False):
    for new, old, label in MODELS:
        if backwards:
            rename_permissions(apps, schema_editor, "matching", new, new, old, OLD_LABELS[old])
        else:
            rename_permissions(apps, schema_editor, "matching", new, old, new, label)


def drop_triggers(apps, schema_editor):
    """Drop the triggers of renamed tables; `migrate` installs them again at its end."""
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    there = schema_editor.connection.introspection.table_names()
    for table in ("matching_embedding", "matching_vector", "matching_matchingjob"):
        for event in EVENTS:
            name = f"index_change_{table}_{event}"
            if is_sqlite:
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}")
            elif table in there:
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
        if not is_sqlite:
            schema_editor.execute(f"DROP FUNCTION IF EXISTS index_change_{table}()")


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("lostfound", "0007_field_names"),
        ("matching", "0009_office_groups"),
    ]

    operations = [
        migrations.RunPython(drop_triggers, migrations.RunPython.noop),
        # The outbox row first, so that its name becomes available for the vector.
        migrations.RenameModel("Embedding", "MatchingJob"),
        migrations.RenameIndex(
            "matchingjob", "matching_ma_status_a9c0ac_idx", old_name="matching_em_status_259372_idx"
        ),
        migrations.RenameModel("Vector", "Embedding"),
        migrations.RenameIndex(
            "embedding",
            "matching_em_modalit_d81139_idx",
            old_name="matching_ve_modalit_99adaf_idx",
        ),
        migrations.RenameModel("Showing", "Impression"),
        migrations.RenameField("impression", "shown_with", "sampling_probability"),
        migrations.RemoveConstraint("impression", "one_showing_per_scoring"),
        migrations.AddConstraint(
            "impression",
            models.UniqueConstraint(
                fields=("match", "evidence_hash", "profile_version", "strategy"),
                name="one_impression_per_scoring",
            ),
        ),
        *(
            migrations.RenameField(model, old, new)
            for model in ("match", "matchdecision")
            for old, new in (("drawn_with", "sampling_probability"), ("gates", "exclusions"))
        ),
        migrations.AlterModelOptions(
            name="embedding",
            options={"verbose_name": "embedding", "verbose_name_plural": "embeddings"},
        ),
        migrations.AlterModelOptions(
            name="impression",
            options={
                "ordering": ("-shown_at", "-pk"),
                "verbose_name": "impression",
                "verbose_name_plural": "impressions",
            },
        ),
        migrations.AlterModelOptions(
            name="matchingjob",
            options={"verbose_name": "matching job", "verbose_name_plural": "matching jobs"},
        ),
        migrations.AlterField(
            model_name="embedding",
            name="photo",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="embeddings",
                to="lostfound.photo",
            ),
        ),
        migrations.AlterField(
            model_name="embedding",
            name="post",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="embeddings",
                to="lostfound.post",
            ),
        ),
        migrations.AlterField(
            model_name="impression",
            name="match",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="impressions",
                to="matching.match",
                verbose_name="pair",
            ),
        ),
        migrations.AlterField(
            model_name="impression",
            name="sampling_probability",
            field=models.FloatField(default=1.0, verbose_name="sampling probability"),
        ),
        migrations.AlterField(
            model_name="match",
            name="exclusions",
            field=models.JSONField(default=list, verbose_name="exclusion rules"),
        ),
        migrations.AlterField(
            model_name="match",
            name="sampling_probability",
            field=models.FloatField(blank=True, null=True, verbose_name="sampling probability"),
        ),
        migrations.AlterField(
            model_name="matchdecision",
            name="exclusions",
            field=models.JSONField(default=list, verbose_name="exclusion rules"),
        ),
        migrations.AlterField(
            model_name="matchdecision",
            name="sampling_probability",
            field=models.FloatField(blank=True, null=True, verbose_name="sampling probability"),
        ),
        migrations.AlterField(
            model_name="matchingjob",
            name="post",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="matching_job",
                to="lostfound.post",
                verbose_name="post",
            ),
        ),
        migrations.AlterModelOptions(
            name="intakequestion",
            options={
                "ordering": ("-asked_at", "-pk"),
                "verbose_name": "suggestion request",
                "verbose_name_plural": "suggestion requests",
            },
        ),
        migrations.AlterModelOptions(
            name="suggestionanswer",
            options={
                "ordering": ("-at", "-pk"),
                "verbose_name": "owner's answer",
                "verbose_name_plural": "owners' answers",
            },
        ),
        migrations.AlterField(
            model_name="heartbeat",
            name="beat_at",
            field=models.DateTimeField(verbose_name="last heartbeat"),
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
                    ("drawn", "sampled for comparison"),
                ],
                default="suggested",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="matchdecision",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("different_thing", "A different kind of thing"),
                    ("different_detail", "Similar, but a detail differs"),
                    ("time_or_place", "Day or place does not fit"),
                    ("owner_says_no", "The owner says it is not theirs"),
                    ("unclear", "Too little information"),
                    ("other", "Another reason"),
                ],
                max_length=20,
                verbose_name="reason",
            ),
        ),
        migrations.AlterField(
            model_name="matchdecision",
            name="undoes",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="undone_by",
                to="matching.matchdecision",
                verbose_name="undoes",
            ),
        ),
        migrations.AlterField(
            model_name="matchingjob",
            name="status",
            field=models.CharField(
                choices=[
                    ("pending", "waiting"),
                    ("running", "running"),
                    ("done", "done"),
                    ("failed", "failed"),
                    ("idle", "not needed"),
                ],
                default="pending",
                max_length=8,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="possibleduplicate",
            name="status",
            field=models.CharField(
                choices=[
                    ("open", "waiting"),
                    ("dismissed", "different things"),
                    ("closed", "one of them closed"),
                    ("withdrawn", "withdrawn"),
                ],
                default="open",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="storedprofile",
            name="origin",
            field=models.CharField(
                choices=[
                    ("built", "built from the posts"),
                    ("learnt", "learnt from decisions"),
                    ("rolled_back", "rolled back"),
                ],
                max_length=12,
                verbose_name="origin",
            ),
        ),
        migrations.RunPython(name_permissions, partial(name_permissions, backwards=True)),
        migrations.RunPython(migrations.RunPython.noop, drop_triggers),
    ]
