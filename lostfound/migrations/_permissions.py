"""Permissions of groups: those of new models, and keeping them when a model is renamed."""

from django.contrib.auth.management import create_permissions

ACTIONS = ("add", "change", "delete", "view")


def rename_permissions(apps, schema_editor, app, model, old, new, label):
    """Rename Django's default permissions of a renamed model, instead of creating new ones.

    Args:
        model: the model name of its content type at this point of the migration.
        label: the model's name in the permission's name, such as "matching job".
    """
    using = schema_editor.connection.alias
    Permission = apps.get_model("auth", "Permission")
    rows = Permission.objects.using(using).filter(
        content_type__app_label=app, content_type__model=model
    )
    for action in ACTIONS:
        rows.filter(codename=f"{action}_{old}").update(
            codename=f"{action}_{new}", name=f"Can {action} {label}"
        )


def new_permissions(apps, schema_editor):
    """All permissions of lostfound, with those of the models at this point of the migration."""
    using = schema_editor.connection.alias
    config = apps.get_app_config("lostfound")
    before = getattr(config, "models_module", None)
    config.models_module = True  # a migration's own has none, and would be passed over
    create_permissions(config, verbosity=0, using=using, apps=apps)
    config.models_module = before
    rows = apps.get_model("auth", "Permission").objects.using(using)
    return rows.filter(content_type__app_label="lostfound")


def allow_groups(apps, schema_editor, codenames_by_group):
    """Give permissions of lostfound to the groups that the office still has."""
    rows = new_permissions(apps, schema_editor)
    groups = apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias)
    for group in groups.filter(name__in=codenames_by_group):
        group.permissions.add(*rows.filter(codename__in=codenames_by_group[group.name]))
