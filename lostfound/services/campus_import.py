"""Loading categories and places from the campus files without undoing manual changes."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

from django.db import transaction
from django.db.models import ProtectedError

from lostfound.data.campus_files import Entry, read_campus, read_taxonomy

# Short in the file, plain in the model.
RENAMED: Final = {"sensitive": "is_sensitive", "photos": "photo_policy"}


def load_shipped_campus(get_model: Callable[[str], Any]) -> None:
    """Add what the files that ship with the project have and the database lacks.

    Args:
        get_model: see `load_campus`.
    """
    for entries in (read_taxonomy(), read_campus()):
        load_campus(entries, get_model)


@transaction.atomic
def load_campus(
    entries: Sequence[Entry],
    get_model: Callable[[str], Any],
    *,
    overwrite: bool = False,
    retire: bool = False,
) -> Counter[str]:
    """Create or update entries by their code. Idempotent.

    Args:
        get_model: returns the model of a name; a migration passes its historical models.
        overwrite: update existing rows from the file; otherwise they are left as they are.
        retire: deactivate rows that the file does not list, or delete them if nothing refers
            to them.

    Returns: how many rows were added, updated, deactivated, removed and unchanged.
    """
    counts: Counter[str] = Counter()
    for entry in entries:
        model = get_model(entry.model)
        values = {RENAMED.get(key, key): value for key, value in entry.values.items()}
        # The models of an old migration lack the newer columns.
        known = {field.name for field in model._meta.get_fields()}
        values = {key: value for key, value in values.items() if key in known}
        if entry.parent_field:
            parent = model._meta.get_field(entry.parent_field).related_model
            values[entry.parent_field] = parent._default_manager.get(code=entry.parent_code)
        row = model._default_manager.filter(code=entry.code).first()
        if row is None:
            model._default_manager.create(code=entry.code, **values)
            counts["added"] += 1
        elif overwrite and _differs(row, values | {"is_active": True}):
            for key, value in (values | {"is_active": True}).items():
                setattr(row, key, value)
            row.save()
            counts["updated"] += 1
        else:
            counts["unchanged"] += 1
    if retire:
        _retire(entries, get_model, counts)
    return counts


def _differs(row: Any, values: dict[str, Any]) -> bool:
    return any(getattr(row, key) != value for key, value in values.items())


def _retire(
    entries: Sequence[Entry], get_model: Callable[[str], Any], counts: Counter[str]
) -> None:
    # Children before their parents.
    names = list(dict.fromkeys(entry.model for entry in reversed(entries)))
    for name in sorted(names, key=lambda name: name in ("Family", "Zone")):
        codes = [entry.code for entry in entries if entry.model == name]
        for row in get_model(name)._default_manager.exclude(code__in=codes):
            if not _is_used(row):
                try:
                    with transaction.atomic():
                        row.delete()
                except ProtectedError:
                    pass
                else:
                    counts["removed"] += 1
                    continue
            if row.is_active:
                row.is_active = False
                row.save(update_fields=["is_active"])
                counts["deactivated"] += 1


def _is_used(row: Any) -> bool:
    posts = getattr(row, "posts", None)
    return posts is not None and posts.exists()
