"""How inputs were prepared for an encoder's vectors; recorded when it next embeds something."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("matching", "0012_unreadable_texts")]

    operations = [
        migrations.CreateModel(
            name="RecordedPreparation",
            fields=[
                ("fingerprint", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("inputs", models.JSONField()),
                ("recorded_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "preparation of inputs",
                "verbose_name_plural": "preparations of inputs",
            },
        ),
    ]
