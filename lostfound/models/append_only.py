"""Records that are only ever added to."""

from typing import Any

from django.db import models


class AppendOnlyError(RuntimeError):
    """Somebody tried to change or remove a row of a record."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Refuses what would rewrite the record; the removal of what it belongs to cascades past it."""

    def update(self, **kwargs: Any) -> int:
        """Always refused."""
        raise AppendOnlyError("Rows are only ever added.")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Always refused."""
        raise AppendOnlyError("Rows are not removed one by one.")


class AppendOnly(models.Model):
    """A row that is written once."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the row; an existing one is never written again.

        Raises:
            AppendOnlyError: the row exists already.
        """
        if not self._state.adding:
            raise AppendOnlyError("Rows are only ever added.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Always refused: a row goes only with what it belongs to, or when its time has ended."""
        raise AppendOnlyError("Rows are not removed one by one.")
