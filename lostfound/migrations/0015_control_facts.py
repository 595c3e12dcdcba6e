"""Hidden facts of things: rows in place of lines. Their data follows in the next migration."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lostfound", "0014_collecting")]

    operations = [
        # The column stays as it is; it is for posts without a thing from now on.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("post", "hidden_facts", "facts_without_item"),
                migrations.AlterField(
                    "post",
                    "facts_without_item",
                    models.TextField(
                        blank=True, db_column="hidden_facts", verbose_name="hidden facts"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ControlFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("answer", models.TextField(verbose_name="hidden fact")),
                (
                    "weight",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(3),
                        ],
                        verbose_name="weight",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("words", "words"), ("number", "number"), ("choice", "one of several words")],
                        default="words",
                        max_length=6,
                        verbose_name="kind",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="facts",
                        to="lostfound.item",
                        verbose_name="thing",
                    ),
                ),
                (
                    "prompt",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="lostfound.categoryprompt",
                        verbose_name="question",
                    ),
                ),
            ],
            options={
                "verbose_name": "hidden fact",
                "verbose_name_plural": "hidden facts",
                "ordering": ("pk",),
            },
        ),
        migrations.AddConstraint(
            model_name="controlfact",
            constraint=models.CheckConstraint(
                condition=models.Q(("weight__gte", 1), ("weight__lte", 3)), name="weight_from_1_to_3"
            ),
        ),
        migrations.AddField(
            model_name="claimverdict",
            name="score",
            field=models.FloatField(blank=True, null=True, verbose_name="agreement"),
        ),
    ]
