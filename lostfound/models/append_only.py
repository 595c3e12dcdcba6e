"""Append-only tables."""

from typing import Any

from django.db import models


class AppendOnlyError(RuntimeError):
    """A row of an append-only table was to be changed or deleted."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Refuses updates and deletions; deleting the parent row still cascades."""

    def update(self, **kwargs: Any) -> int:
        """Always refused."""
        raise AppendOnlyError("Rows of this table cannot be changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Always refused."""
        raise AppendOnlyError("Rows of this table cannot be deleted directly.")


class AppendOnly(models.Model):
    """A row that is written once and never changed."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert the row.

        Raises:
            AppendOnlyError: the row already exists.
        """
        if not self._state.adding:
            raise AppendOnlyError("Rows of this table cannot be changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Always refused: rows are deleted with their parent, or when they expire."""
        raise AppendOnlyError("Rows of this table cannot be deleted directly.")
