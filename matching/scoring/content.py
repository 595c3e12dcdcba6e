"""The content of a post that matching depends on, as hashes independent of any encoder."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from lostfound.models import Post
from lostfound.text.brands import brand_in
from lostfound.text.colours import colour_in
from matching.scoring.identity_tokens import identity_tokens


@dataclass(frozen=True)
class PostContent:
    """The content of a post: what is embedded, and a hash of everything that affects a score.

    Attributes:
        photo_hashes: by primary key of the photograph, in the order in which they are shown;
            without those that still have to be masked.
        tokens: keyed hashes of identity tokens such as serial numbers.
        colour: that the text names; empty if it names none. Likewise brand.
    """

    text: str
    text_hash: str
    photo_hashes: dict[int, str]
    content_hash: str
    tokens: tuple[str, ...]
    colour: str
    brand: str


def content_of(post: Post) -> PostContent:
    """Hash a post's text, photographs in order, category, colour, building and day."""
    text = post.text
    photo_hashes = {photo.pk: photo.content_hash for photo in post.safe_photos}
    facts = [
        text,
        list(photo_hashes.values()),
        post.category.code if post.category else "",
        post.colour,
        post.building.code if post.building else "",
        _days(post),
    ]
    return PostContent(
        text=text,
        text_hash=text_hash(post),
        photo_hashes=photo_hashes,
        content_hash=_sha256(json.dumps(facts, ensure_ascii=False)),
        tokens=identity_tokens(text),
        colour=colour_in(text),
        brand=brand_in(text),
    )


def _days(post: Post) -> str:
    """Empty if unknown. One day alone reads as it did before there were ranges."""
    days = [day.isoformat() for day in (post.happened_on, post.happened_until) if day]
    return "/".join(days)


def text_hash(post: Post) -> str:
    """A hash of the post's text."""
    return _sha256(post.text)


def evidence_hash(lost_content_hash: str, found_content_hash: str) -> str:
    """A hash of all that is known about a pair; it changes whenever either post's content does."""
    return _sha256(f"{lost_content_hash} {found_content_hash}")


def evidence_hashes(
    content_hash: str, others: Mapping[int, str], *, is_lost: bool
) -> dict[int, str]:
    """What is known about a post with each of several others, by their keys.

    Args:
        content_hash: of the one post.
        others: the content hash of each other post.
        is_lost: whether the one post is the lost one.
    """
    if is_lost:
        return {pk: evidence_hash(content_hash, other) for pk, other in others.items()}
    return {pk: evidence_hash(other, content_hash) for pk, other in others.items()}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
