"""The vector of a post's text by the second text encoder, if there is one."""

from collections.abc import Sequence
from typing import Final

from django.db import transaction

from lostfound.models import Post
from matching.core.vectors import Vec
from matching.encoders.base import (
    EncoderUnavailable,
    TextEncoder,
    current_text_fingerprint,
    get_text_encoder,
)
from matching.models import Embedding, Modality
from matching.models.embedding import stored_vec
from matching.scoring.content import PostContent
from matching.services.embedding import checked
from matching.services.outbox import Claim
from matching.services.preparation import verify_preparation

AT_ONCE: Final = 500  # content hashes within one query


def embed_second_text(
    post: Post, content: PostContent, claim: Claim, known: dict[str, Vec] | None = None
) -> Vec | None:
    """Compute and store the text's second vector if it is missing; None without such an encoder.

    A vector of the same text in another post is copied. The row is one more embedding of the post
    without a photograph; its fingerprint tells it from the first.

    Args:
        known: vectors by content hash that were computed with others in a batch.

    Shape: (dim,), zero for a text that the encoder cannot read

    Raises:
        ClaimLost: the post has changed; nothing was stored.
        EncoderUnavailable
    """
    fingerprint = current_text_fingerprint()
    if not fingerprint:
        return None
    own = Embedding.objects.filter(post=post, photo=None, fingerprint=fingerprint)
    row = own.filter(content_hash=content.text_hash).first()
    if row is not None:
        return row.vec
    vec = (known or {}).get(content.text_hash)
    if vec is None:
        vec = _copied([content.text_hash], fingerprint).get(content.text_hash)
    if vec is None:
        vec = encode_second_texts([content.text], fingerprint)[0]
    with transaction.atomic():
        # An edit or deletion of the post waits here; it revokes the claim either before or after.
        Post.objects.select_for_update().filter(pk=post.pk).values_list("pk").first()
        claim.renew()
        own.delete()
        Embedding.objects.create(
            post=post,
            modality=Modality.TEXT,
            content_hash=content.text_hash,
            fingerprint=fingerprint,
            dim=len(vec),
            data=stored_vec(vec),
        )
    return vec


def encode_second_texts(texts: Sequence[str], fingerprint: str) -> Vec:
    """Encode texts with the second encoder. Shape: (n, dim), zero where unreadable

    Raises: EncoderUnavailable; ValueError if the encoder returns anything but vectors.
    """
    encoder = ready_text_encoder(fingerprint)
    return checked(encoder, encoder.encode_texts(texts), len(texts))


def ready_text_encoder(fingerprint: str) -> TextEncoder:
    """The second text encoder of this process; its vectors have this fingerprint.

    Raises: EncoderUnavailable
    """
    encoder = get_text_encoder()
    if encoder is None or encoder.fingerprint != fingerprint:
        raise EncoderUnavailable(
            "The second text model was replaced while a post was being matched. If this persists, "
            "restart the worker with the same MATCHING_TEXT_MODEL as the other processes."
        )
    verify_preparation(encoder)
    return encoder


def second_vecs(contents: Sequence[PostContent]) -> dict[str, Vec]:
    """Second vectors of texts that no post has yet, by content hash, computed in one batch.

    Raises: EncoderUnavailable; ValueError
    """
    fingerprint = current_text_fingerprint()
    if not fingerprint:
        return {}
    texts = {content.text_hash: content.text for content in contents}
    missing = sorted(set(texts) - _copied(list(texts), fingerprint).keys())
    if not missing:
        return {}
    vecs = encode_second_texts([texts[digest] for digest in missing], fingerprint)
    return dict(zip(missing, vecs, strict=True))


def lacks_second(texts: dict[int, str]) -> set[int]:
    """Of these posts, those without a second vector of their text.

    Args:
        texts: the hash of each post's text, by the post's key.

    Raises: EncoderUnavailable
    """
    fingerprint = current_text_fingerprint()
    if not fingerprint:
        return set()
    rows = Embedding.objects.filter(post__in=texts, photo=None, fingerprint=fingerprint)
    have = dict(rows.values_list("post_id", "content_hash"))
    return {pk for pk, digest in texts.items() if have.get(pk) != digest}


def _copied(hashes: Sequence[str], fingerprint: str) -> dict[str, Vec]:
    """Vectors of these texts that any post has."""
    found: dict[str, Vec] = {}
    for start in range(0, len(hashes), AT_ONCE):
        rows = Embedding.objects.filter(
            modality=Modality.TEXT,
            content_hash__in=hashes[start : start + AT_ONCE],
            fingerprint=fingerprint,
        )
        found.update((row.content_hash, row.vec) for row in rows)
    return found
