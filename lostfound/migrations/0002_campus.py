"""Loads the categories and places that ship with the project, and makes the cache's table."""

from functools import partial

from django.core.management import call_command
from django.db import migrations

from lostfound.services.campus_import import load_shipped_campus


def load(apps, schema_editor):
    load_shipped_campus(partial(apps.get_model, "lostfound"))


def make_cache_table(apps, schema_editor):
    # By name, so that it is there also for a site that starts on Redis and leaves it later.
    call_command("createcachetable", "cache", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("lostfound", "0001_initial")]

    operations = [
        migrations.RunPython(load, migrations.RunPython.noop),
        migrations.RunPython(make_cache_table, migrations.RunPython.noop),
    ]
