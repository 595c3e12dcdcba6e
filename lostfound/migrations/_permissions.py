"""Keeping the permissions of groups and people when a model is renamed."""

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
