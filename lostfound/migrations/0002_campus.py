"""Loads the categories and places that ship with the project, and makes the cache's table."""

from functools import partial

from django.core.management import call_command
from django.db import migrations

from lostfound.services.campus_import import load_campus
from lostfound.data.campus_files import read_campus, read_taxonomy


def load(apps, schema_editor):
    get_model = partial(apps.get_model, "lostfound")
    load_campus(read_taxonomy(), get_model)
    load_campus(read_campus(), get_model)


def make_cache_table(apps, schema_editor):
    # By name, so that it is there also for a site that starts on Redis and leaves it later.
    call_command("createcachetable", "cache", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("lostfound", "0001_initial")]

    operations = [
        migrations.RunPython(load, migrations.RunPython.noop),
        migrations.RunPython(make_cache_table, migrations.RunPython.noop),
    ]
