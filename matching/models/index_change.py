"""Changes that every process's candidate index has to apply."""

from django.db import models
from django.db.models.functions import Now


class IndexChange(models.Model):
    """A post whose facts, vectors or status have changed, recorded by database triggers.

    So no process misses a change, whether a page, a command or plain SQL made it.
    """

    post_id = models.BigIntegerField(null=True)  # None: a change that may concern all posts
    # PostgreSQL's transaction id: rows may become visible in a different order than their keys.
    transaction = models.BigIntegerField(default=0, db_default=0)
    at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        indexes = [models.Index(fields=["transaction"])]

    def __str__(self) -> str:
        return f"{self.pk}: post {self.post_id}"
