#!/usr/bin/env bash
# Django 5.2 on SQLite: one change of a model silently drops a table's triggers, another one fails
# because of them.
#
# AlterField rebuilds the table under a new name, and the triggers of the old one are gone: no warning,
# no error, and what they wrote is no longer written. RemoveField of a plain column does not rebuild it,
# but runs ALTER TABLE ... DROP COLUMN, which SQLite refuses if a trigger's WHEN or body names the
# column ("error in trigger ... after drop column"), so that the migration cannot be applied, or
# reversed. Whoever adds triggers has to drop them before the one, and to create them again after the
# other.
#
# Seen with Django 5.2.8 and SQLite 3.40 and later. Prints what it saw; exits with 1 if that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "django==5.2.8"
cd "$folder"
cat > see.py <<'PY'
import sqlite3

import django
from django.conf import settings

settings.configure(
    INSTALLED_APPS=[],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}},
)
django.setup()

from django.db import OperationalError, connection, models


class Thing(models.Model):
    title = models.CharField(max_length=20)
    colour = models.CharField(max_length=20, default="")

    class Meta:
        app_label = "shop"


def triggers():
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return [name for (name,) in cursor.fetchall()]


print("Django", django.__version__, "SQLite", sqlite3.sqlite_version)
with connection.schema_editor() as editor:
    editor.create_model(Thing)
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE log (thing_id integer)")
    cursor.execute(
        "CREATE TRIGGER noted AFTER UPDATE ON shop_thing "
        "WHEN OLD.colour IS NOT NEW.colour BEGIN INSERT INTO log VALUES (NEW.id); END"
    )

try:
    with connection.schema_editor() as editor:
        editor.remove_field(Thing, Thing._meta.get_field("colour"))
    refused = ""
except OperationalError as error:
    refused = str(error)
print("removing the column:", refused or "done")

unique = models.CharField(max_length=20, null=True)
unique.set_attributes_from_name("title")
unique.model = Thing
before = triggers()
with connection.schema_editor() as editor:
    editor.alter_field(Thing, Thing._meta.get_field("title"), unique)
print("triggers before and after altering another column:", before, triggers())

Thing.objects.create(title="cap")
Thing.objects.update(colour="red")
with connection.cursor() as cursor:
    cursor.execute("SELECT count(*) FROM log")
    (noted,) = cursor.fetchone()
print("rows that the trigger has written since:", noted)
raise SystemExit(not ("after drop column" in refused and before == ["noted"] and not triggers() and not noted))
PY
"$folder/venv/bin/python" see.py
