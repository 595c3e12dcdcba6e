"""What a group may do with a model stays its own when the model is renamed."""

ACTIONS = ("add", "change", "delete", "view")


def rename_permissions(apps, schema_editor, app, model, old, new, label):
    """Name Django's own permissions of a model after what it is called now.

    Args:
        model: under which its content type is found at this point of the migration.
        label: as the permission's name says it, such as "matching job".
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
