"""Saving a post once, even if a bad network makes a device send it twice."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Model

from lostfound.media.processing import PreparedPhoto
from lostfound.models import DeletedPost, Post, User


class DuplicateSubmission(Exception):
    """The author has already submitted a post with this idempotency key.

    Attributes:
        post: the post that was saved; None if it has been deleted since.
        is_same: whether both submissions have the same content.
    """

    def __init__(self, post: Post | None, *, is_same: bool) -> None:
        super().__init__("duplicate submission")
        self.post, self.is_same = post, is_same


def submission_hash(kind: str, fields: Mapping[str, Any], photos: Sequence[PreparedPhoto]) -> str:
    """Hash of everything that was sent, so that a reused key with new content is noticed."""
    values = {name: _plain(value) for name, value in fields.items()}
    sent = [kind, values, [photo.content_hash for photo in photos]]
    return hashlib.sha256(json.dumps(sent, sort_keys=True, default=str).encode()).hexdigest()


def refuse_duplicate_submission(author: User, idempotency_key: str, digest: str) -> None:
    """Raise if the author has already used this idempotency key.

    Raises:
        DuplicateSubmission: with the earlier post, if it still exists.
    """
    known = Post.objects.filter(author=author, idempotency_key=idempotency_key).first()
    if known is not None:
        raise DuplicateSubmission(known, is_same=known.submission_hash == digest)
    if DeletedPost.objects.filter(author=author, idempotency_key=idempotency_key).exists():
        raise DuplicateSubmission(None, is_same=False)


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, Model) else value
