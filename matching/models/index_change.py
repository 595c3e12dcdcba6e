"""What the candidate index of every process has to read again."""

from django.db import models
from django.db.models.functions import Now


class IndexChange(models.Model):
    """A post whose facts, vectors or status have changed, written by triggers of the database.

    So no process misses a change, whoever makes it: a page, a command, plain SQL.
    """

    post_id = models.BigIntegerField(null=True)  # None: of a table that all posts refer to
    # PostgreSQL's transaction; its rows may become visible in another order than their keys.
    transaction = models.BigIntegerField(default=0, db_default=0)
    at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        indexes = [models.Index(fields=["transaction"])]

    def __str__(self) -> str:
        return f"{self.pk}: post {self.post_id}"
