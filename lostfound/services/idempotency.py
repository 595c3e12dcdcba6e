"""A post that is sent twice over a bad network, and is saved once."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Model

from lostfound.media.processing import PreparedPhoto
from lostfound.models import DeletedPost, Post, User


class DuplicateSubmission(Exception):
    """The device has sent a post under this name already.

    Attributes:
        post: what was saved then; None where it has been deleted since.
        is_same: whether it said the same then.
    """

    def __init__(self, post: Post | None, *, is_same: bool) -> None:
        super().__init__("sent before")
        self.post, self.is_same = post, is_same


def submission_hash(kind: str, fields: Mapping[str, Any], photos: Sequence[PreparedPhoto]) -> str:
    """Names everything that was sent, so that another post under a used name is noticed."""
    said = {name: _plain(value) for name, value in fields.items()}
    sent = [kind, said, [photo.content_hash for photo in photos]]
    return hashlib.sha256(json.dumps(sent, sort_keys=True, default=str).encode()).hexdigest()


def refuse_duplicate_submission(author: User, idempotency_key: str, digest: str) -> None:
    """Let a sending pass that is the first under its name.

    Raises:
        SentBefore: it is not.
    """
    known = Post.objects.filter(author=author, idempotency_key=idempotency_key).first()
    if known is not None:
        raise DuplicateSubmission(known, is_same=known.submission_hash == digest)
    if DeletedPost.objects.filter(author=author, idempotency_key=idempotency_key).exists():
        raise DuplicateSubmission(None, is_same=False)


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, Model) else value
