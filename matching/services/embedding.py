"""Embeds only the new content of a post; the encoder is loaded only if there is any."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from django.db import transaction
from PIL import Image

from lostfound.models import Photo, Post
from matching.core.vectors import Vec
from matching.encoders.base import (
    Encoder,
    EncoderUnavailable,
    TextEncoder,
    current_text_fingerprint,
    get_encoder,
)
from matching.models import Embedding, Modality
from matching.models.embedding import stored_vec
from matching.scoring.content import PostContent
from matching.services.heartbeat import note_encoder
from matching.services.outbox import Claim
from matching.services.preparation import verify_preparation

# Identifies a vector within a post: its text, or the photograph with this key.
Slot = int | None
TEXT: Final = None


@dataclass(frozen=True, eq=False)
class PostVectors:
    """The vectors of one post.

    Shape: text_vec (dim,), zero where the encoder cannot read the text; image_vecs (n_photos, dim)
        in the order of the photographs
    """

    text_vec: Vec
    image_vecs: Vec


@dataclass(frozen=True, eq=False)
class Plan:
    """The vectors that a post has, and those that it still needs.

    Attributes:
        kept: vectors that the post already has.
        made: vectors to be stored, initially those copied from identical content in other posts.
        fresh: content hashes of what the model must encode.
        stale: rows of the post for older content or another encoder.
    """

    post: Post
    content: PostContent
    fingerprint: str
    kept: dict[Slot, Vec]
    made: dict[Slot, Vec]
    fresh: dict[Slot, str]
    stale: list[int]

    @property
    def fresh_photos(self) -> list[Photo]:
        """The photographs that the model must encode, without repeats of the same picture."""
        slots = {digest: slot for slot, digest in self.fresh.items() if slot is not TEXT}
        return [photo for photo in self.post.photos.all() if photo.pk in slots.values()]


def plan_embedding(post: Post, content: PostContent, fingerprint: str) -> Plan:
    """Look up existing vectors, of the post itself and of identical content in other posts."""
    hashes: dict[Slot, str] = {TEXT: content.text_hash}
    hashes.update(content.photo_hashes.items())
    wanted = {(slot, digest, fingerprint) for slot, digest in hashes.items()}
    kept: dict[Slot, Vec] = {}
    alike: dict[tuple[str, str], Vec] = {}
    stale: list[int] = []
    second = current_text_fingerprint()
    for row in Embedding.objects.of_post_or_content(post, hashes.values(), fingerprint):
        if row.fingerprint == fingerprint:
            alike.setdefault((row.modality, row.content_hash), row.vec)
        if row.post_id != post.pk:
            continue
        if (row.photo_id, row.content_hash, row.fingerprint) in wanted:
            kept[row.photo_id] = row.vec
        elif row.fingerprint != second:  # that one is replaced by itself
            stale.append(row.pk)
    missing = {slot: digest for slot, digest in hashes.items() if slot not in kept}
    sources = {slot: (_modality(slot), digest) for slot, digest in missing.items()}
    made = {slot: alike[source] for slot, source in sources.items() if source in alike}
    fresh = {slot: digest for slot, digest in missing.items() if slot not in made}
    return Plan(post, content, fingerprint, kept, made, fresh, stale)


def embed_post(post: Post, content: PostContent, claim: Claim, fingerprint: str) -> PostVectors:
    """Compute and store missing vectors, and remove those of older content.

    Vectors of identical content in other posts are copied. All vectors are committed on return, so
    that if two posts are matched at once, at least one of them sees the other.

    Raises:
        ClaimLost: the post has changed; nothing was stored.
        EncoderUnavailable: the post has new content, and the encoder cannot be used.
    """
    plan = plan_embedding(post, content, fingerprint)
    if plan.fresh:
        plan.made.update(_embedded(plan))
    store_vectors(plan, claim)
    vecs = plan.kept | plan.made
    images = [vecs[slot] for slot in content.photo_hashes]
    dim = len(vecs[TEXT])
    return PostVectors(
        vecs[TEXT], np.stack(images) if images else np.zeros((0, dim), dtype=np.float32)
    )


def ready_encoder(fingerprint: str) -> Encoder:
    """The encoder of this process; its vectors have this fingerprint.

    Raises: EncoderUnavailable
    """
    encoder = get_encoder()
    if encoder.fingerprint != fingerprint:
        raise EncoderUnavailable(
            "The model was replaced while a post was being matched. If this persists, restart the "
            "worker with the same MATCHING_MODEL as the other processes."
        )
    verify_preparation(encoder)
    return encoder


def _embedded(plan: Plan) -> dict[Slot, Vec]:
    encoder = ready_encoder(plan.fingerprint)
    made: dict[Slot, Vec] = {}
    if TEXT in plan.fresh:
        made[TEXT] = checked(encoder, encoder.encode_texts([plan.content.text]), 1)[0]
    if photos := plan.fresh_photos:
        vecs = checked_images(encoder, encoder.encode_images(opened(photos)), len(photos))
        of_digest = {photo.content_hash: vec for photo, vec in zip(photos, vecs, strict=True)}
        made |= {slot: of_digest[plan.fresh[slot]] for slot in plan.fresh if slot is not TEXT}
    note_encoder("")
    return made


def opened(photos: Iterable[Photo]) -> list[Image.Image]:
    """Open photographs without decoding them: the encoder knows how many pixels it needs."""
    images: list[Image.Image] = []
    for photo in photos:
        with photo.full.open("rb") as file:
            images.append(Image.open(io.BytesIO(file.read())))
    return images


def checked(encoder: TextEncoder, vecs: Vec, number: int) -> Vec:
    """Check the encoder's output for this number of inputs.

    Raises: ValueError
    """
    if vecs.shape != (number, encoder.dim) or not np.isfinite(vecs).all():
        raise ValueError(f"The encoder returned vectors of shape {vecs.shape}, or not numbers.")
    return vecs


def checked_images(encoder: Encoder, vecs: Vec, number: int) -> Vec:
    """The same for photographs, each of which has a vector.

    Raises: ValueError
    """
    if not checked(encoder, vecs, number).any(axis=1).all():
        raise ValueError("The encoder returned no vector for a photograph.")
    return vecs


def store_vectors(plan: Plan, claim: Claim) -> None:
    """Commit new vectors, replacing those of older content or another encoder.

    Raises:
        ClaimLost: the post has changed; nothing was stored.
    """
    post, content, fingerprint, made = plan.post, plan.content, plan.fingerprint, plan.made
    rows = [
        Embedding(
            post=post,
            photo_id=slot,
            modality=_modality(slot),
            content_hash=content.text_hash if slot is TEXT else content.photo_hashes[slot],
            fingerprint=fingerprint,
            dim=len(vec),
            data=stored_vec(vec),
        )
        for slot, vec in made.items()
    ]
    with transaction.atomic():
        # An edit or deletion of the post waits here; it revokes the claim either before or after.
        Post.objects.select_for_update().filter(pk=post.pk).values_list("pk").first()
        claim.renew(
            content_hash=content.content_hash,
            tokens=list(content.tokens),
            named_colour=content.colour,
            named_brand=content.brand,
        )
        if plan.stale:
            Embedding.objects.filter(pk__in=plan.stale).delete()
        Embedding.objects.bulk_create(rows)


def _modality(slot: Slot) -> Modality:
    return Modality.TEXT if slot is TEXT else Modality.IMAGE
