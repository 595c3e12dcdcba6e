"""Makes two groups, so that a member of staff is made without choosing among all permissions."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

STAFF = {
    "lostfound": (
        *("view_post", "add_post", "change_post", "view_postevent"),
        *("view_photo", "delete_photo"),  # one is taken out of a post
        *("view_family", "view_category", "view_zone", "view_building", "view_office"),
    ),
    "matching": (
        *("view_match", "change_match", "view_matchdecision"),
        *("view_possibleduplicate", "change_possibleduplicate", "view_embedding"),
    ),
}
# Nothing is deleted here: what is no longer wanted is switched off, and posts keep their place.
ABOVE = {
    "lostfound": (
        *("add_family", "change_family", "add_category", "change_category"),
        *("add_zone", "change_zone", "add_building", "change_building"),
        *("add_office", "change_office"),
        *("view_user", "change_user", "view_look", "view_notification"),
    ),
}
GROUPS = {
    "분실물센터 직원": (STAFF,),
    "분실물센터 책임자": (STAFF, ABOVE),
}


def make_groups(apps, schema_editor):
    using = schema_editor.connection.alias
    # Django makes permissions after the last migration of all, which on a new site is later.
    for label in ("lostfound", "matching"):
        config = apps.get_app_config(label)
        before = getattr(config, "models_module", None)
        config.models_module = True  # a migration's own has none, and would be passed over
        create_permissions(config, verbosity=0, using=using, apps=apps)
        config.models_module = before
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for name, parts in GROUPS.items():
        group, is_new = Group.objects.using(using).get_or_create(name=name)
        if not is_new:  # somebody's own
            continue
        for part in parts:
            for label, codenames in part.items():
                group.permissions.add(
                    *Permission.objects.using(using).filter(
                        content_type__app_label=label, codename__in=codenames
                    )
                )


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("lostfound", "0006_looks"),
        ("matching", "0008_answers_claims_photo_queries"),
    ]
    # The groups are given permissions by the names of this version.
    run_before = [("lostfound", "0007_field_names")]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
