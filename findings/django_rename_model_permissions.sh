#!/usr/bin/env bash
# Django 5.2: RenameModel renames the content type, but not the codenames of the permissions.
#
# A group that may view a model loses that permission when the model is renamed. The content type is
# renamed too (`document` becomes `record`), but its permissions keep the codename `view_document`, and
# `post_migrate` adds a second set, `view_record`, that no group has. `has_perm("app.view_record")` is
# then false for everybody except superusers. A migration that renames a model has to rename its
# permissions as well.
#
# Seen with Django 5.2.8 on SQLite. Prints what it saw; exits with 1 if that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "django==5.2.8"
mkdir -p "$folder/site/app/migrations"
cd "$folder/site"
touch app/__init__.py app/migrations/__init__.py
cat > settings.py <<'PY'
SECRET_KEY = "only here"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "app"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
PY
cat > app/models.py <<'PY'
from django.db import models


class Record(models.Model):
    title = models.CharField(max_length=20)
PY
cat > app/migrations/0001_initial.py <<'PY'
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel(
            "Document",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("title", models.CharField(max_length=20)),
            ],
        )
    ]
PY
cat > app/migrations/0002_rename.py <<'PY'
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("app", "0001_initial")]
    operations = [migrations.RenameModel("Document", "Record")]
PY
cat > try.py <<'PY'
import django

django.setup()
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command

call_command("migrate", "app", "0001", verbosity=0)
call_command("migrate", "auth", verbosity=0)
from django.contrib.auth.management import create_permissions  # as migrate does at its end
from django.apps import apps

kind, _ = ContentType.objects.get_or_create(app_label="app", model="document")
view, _ = Permission.objects.get_or_create(
    content_type=kind, codename="view_document", defaults={"name": "Can view document"}
)
readers = Group.objects.create(name="readers")
readers.permissions.add(view)
person = User.objects.create(username="reader")
person.groups.add(readers)
before = person.has_perm("app.view_document")
call_command("migrate", verbosity=0)
kind.refresh_from_db()
person = User.objects.get()
codenames = sorted(Permission.objects.filter(content_type=kind).values_list("codename", flat=True))
print("django", django.get_version())
print("content type after:", kind.model)
print("codenames after:", codenames)
print("may view before:", before, "after:", person.has_perm("app.view_record"))
assert before and kind.model == "record"
assert "view_document" in codenames and "view_record" in codenames
assert not person.has_perm("app.view_record")
PY
DJANGO_SETTINGS_MODULE=settings "$folder/venv/bin/python" try.py
