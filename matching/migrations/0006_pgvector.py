"""The table of the PostgreSQL index, where there is PostgreSQL with pgvector."""

from django.db import migrations


def create(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    from matching.index import IndexUnavailable
    from matching.index.pg_sync import create_table

    try:
        with schema_editor.connection.cursor() as cursor:
            create_table(cursor)
    except IndexUnavailable:
        pass  # the index in memory needs none; the other one says what is missing


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TABLE IF EXISTS matching_pgvector")
        schema_editor.execute("DROP TABLE IF EXISTS matching_pgvector_state")


class Migration(migrations.Migration):
    dependencies = [("matching", "0005_index_changes")]
    operations = [migrations.RunPython(create, drop)]
