"""Computes missing embeddings of open posts in batches, alongside the worker.

A batch of posts is claimed as the worker claims a single one, embedded, and handed back to be
matched. No post is processed twice at once, and an interrupted run leaves only leases that expire.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from django.db import transaction

from lostfound.models import Photo, Post
from matching.core.vectors import Vec
from matching.encoders.base import (
    Encoder,
    EncoderUnavailable,
    current_fingerprint,
    current_text_fingerprint,
)
from matching.encoders.images import IMAGE_BATCH
from matching.models import Embedding, MatchingJob
from matching.scoring.content import content_of, text_hash
from matching.services.embedding import (
    TEXT,
    Plan,
    checked,
    checked_images,
    opened,
    plan_embedding,
    ready_encoder,
    store_vectors,
)
from matching.services.heartbeat import note_encoder
from matching.services.outbox import (
    Claim,
    ClaimLost,
    claim_post,
    reopen,
)
from matching.services.second_text import (
    embed_second_text,
    lacks_second,
    ready_text_encoder,
    second_vecs,
)

logger = logging.getLogger(__name__)

T = TypeVar("T")

CLAIMED_AT_ONCE: Final = 32  # posts
LOOKED_AT_ONCE: Final = 500  # posts; below SQLite's limit of variables


@dataclass
class BacklogReport:
    """The result of a run, in numbers of posts.

    Attributes:
        embedded: have all their vectors now, and wait to be matched.
        failed: could not be embedded; the error is stored with their job.
        left: were claimed by another process, or changed in the meantime.
    """

    embedded: int = 0
    failed: int = 0
    left: int = 0


def missing_posts(fingerprint: str) -> list[int]:
    """Keys of open posts with missing embeddings of text or photographs, newest first.

    Excludes posts whose matching has failed: staff decide whether to retry those.
    """
    entered = Post.objects.open().filter(matching_job=None).values_list("pk", flat=True)
    # Posts that no service saved, such as those of a fixture, have no job yet.
    rows = [MatchingJob(post_id=pk) for pk in entered]
    MatchingJob.objects.bulk_create(rows, ignore_conflicts=True)
    posts = Post.objects.open().exclude(matching_job__status=MatchingJob.Status.FAILED)
    ids = list(posts.order_by("-pk").values_list("pk", flat=True))
    return [pk for some in _parts(ids, LOOKED_AT_ONCE) for pk in _missing(some, fingerprint)]


def embed_backlog(
    post_ids: Sequence[int],
    *,
    is_stopped: Callable[[], bool] = lambda: False,
    progress: Callable[[int], object] = lambda posts: None,
) -> BacklogReport:
    """Compute the missing embeddings of these posts.

    Args:
        is_stopped: called between batches; if true, claimed posts are handed back.
        progress: called with the number of posts processed since the previous call.

    Raises: EncoderUnavailable, after handing everything back
    """
    report = BacklogReport()
    fingerprint = current_fingerprint()
    ready_encoder(fingerprint)  # before claiming anything: loading may take longer than a lease
    if second := current_text_fingerprint():
        ready_text_encoder(second)
    for ids in _parts(post_ids, CLAIMED_AT_ONCE):
        if is_stopped():
            break
        claims = _claimed(ids, fingerprint)
        report.left += len(ids) - len(claims)
        batch = _Batch(claims, fingerprint, report)
        try:
            batch.embed(is_stopped)
        except EncoderUnavailable as error:
            note_encoder(str(error))
            raise
        finally:
            batch.let_go()
        if not is_stopped():
            progress(len(ids))
    return report


@transaction.atomic
def _claimed(post_ids: Sequence[int], fingerprint: str) -> dict[int, Claim]:
    """Claim the posts that still lack a vector; others may have been matched or claimed since."""
    missing = sorted(_missing(post_ids, fingerprint))
    reopen(MatchingJob.objects.filter(post__in=missing))
    claims = {pk: claim_post(pk) for pk in missing}
    return {pk: claim for pk, claim in claims.items() if claim is not None}


def _missing(post_ids: Sequence[int], fingerprint: str) -> list[int]:
    vectors = Embedding.objects.filter(post__in=post_ids, fingerprint=fingerprint)
    have = set(vectors.values_list("post_id", "photo_id", "content_hash"))
    rows = Post.objects.with_facts().filter(pk__in=post_ids).order_by("-pk")
    posts = list(rows.select_related("category").prefetch_related("photos"))
    texts = {post.pk: text_hash(post) for post in posts}
    second = lacks_second(texts)
    missing = []
    for post in posts:
        wanted = {(post.pk, photo.pk, photo.content_hash) for photo in post.safe_photos}
        if post.pk in second or not wanted | {(post.pk, TEXT, texts[post.pk])} <= have:
            missing.append(post.pk)
    return missing


@dataclass
class _Batch:
    """Posts claimed together; each is handed back as soon as all of its content is embedded."""

    claims: dict[int, Claim]
    fingerprint: str
    report: BacklogReport
    _plans: dict[int, Plan] = field(default_factory=dict)
    _vecs: dict[str, Vec] = field(default_factory=dict)  # by content hash
    _second: dict[str, Vec] = field(default_factory=dict)  # by content hash of a text
    _errors: dict[str, str] = field(default_factory=dict)

    def embed(self, is_stopped: Callable[[], bool]) -> None:
        encoder = ready_encoder(self.fingerprint)
        posts = Post.objects.with_facts().select_related("category__family", "building__zone")
        for post in posts.filter(pk__in=self.claims).prefetch_related("photos"):
            self._plans[post.pk] = plan_embedding(post, content_of(post), self.fingerprint)
        self.claims = {pk: claim for pk, claim in self.claims.items() if pk in self._plans}
        texts = {
            plan.content.text_hash: plan.content.text
            for plan in self._plans.values()
            if TEXT in plan.fresh
        }
        photos = {
            photo.content_hash: photo
            for plan in self._plans.values()
            for photo in plan.fresh_photos
        }

        def encode_photos(photos: Sequence[Photo]) -> Vec:
            return checked_images(encoder, encoder.encode_images(opened(photos)), len(photos))

        self._encode(encoder, list(texts.items()), encoder.encode_texts)
        self._encode_second()
        self._give_back()
        for some in _parts(list(photos.items()), IMAGE_BATCH):
            if is_stopped():
                return
            self._renew()
            wanted = {digest for plan in self._plans.values() for digest in plan.fresh.values()}
            still = [(digest, photo) for digest, photo in some if digest in wanted]
            self._encode(encoder, still, encode_photos)
            self._give_back()

    def let_go(self) -> None:
        """Hand back what is still claimed, for the worker or the next run."""
        for claim in self.claims.values():
            with suppress(ClaimLost):
                claim.hand_back()
        self.claims.clear()

    def _encode(
        self,
        encoder: Encoder,
        items: Sequence[tuple[str, Any]],
        encode: Callable[[Sequence[Any]], Vec],
    ) -> None:
        """Encode a batch; if it fails, retry one by one so that a bad input fails only itself."""
        if not items:
            return
        try:
            vecs = checked(encoder, encode([item for _, item in items]), len(items))
        except EncoderUnavailable:
            raise
        except Exception as error:
            if len(items) > 1:
                for one in items:
                    self._encode(encoder, [one], encode)
            else:
                self._errors[items[0][0]] = f"{type(error).__name__}: {error}"
            return
        note_encoder("")
        self._vecs.update((digest, vec) for (digest, _), vec in zip(items, vecs, strict=True))

    def _encode_second(self) -> None:
        """Second vectors in one batch; if it fails, each post computes its own and fails alone."""
        try:
            self._second = second_vecs([plan.content for plan in self._plans.values()])
        except EncoderUnavailable:
            raise
        except Exception:
            logger.exception("The texts of a batch are encoded one by one")

    def _give_back(self) -> None:
        for post_id, plan in list(self._plans.items()):
            errors = [self._errors[one] for one in plan.fresh.values() if one in self._errors]
            if not errors and not all(one in self._vecs for one in plan.fresh.values()):
                continue
            del self._plans[post_id]
            claim = self.claims.pop(post_id)
            try:
                if errors:
                    logger.error("Post %s cannot be embedded: %s", post_id, errors[0])
                    claim.fail(errors[0])
                    self.report.failed += 1
                    continue
                plan.made.update((slot, self._vecs[one]) for slot, one in plan.fresh.items())
                store_vectors(plan, claim)
                embed_second_text(plan.post, plan.content, claim, self._second)
                claim.hand_back()
                self.report.embedded += 1
            except ClaimLost:
                self.report.left += 1
            except EncoderUnavailable:
                self.claims[post_id] = claim  # to be handed back with the others
                raise
            except Exception as error:
                logger.exception("Post %s cannot be embedded", post_id)
                claim.fail(f"{type(error).__name__}: {error}")
                self.report.failed += 1

    def _renew(self) -> None:
        """Renew the leases; drop posts that have changed."""
        with transaction.atomic():
            for post_id, claim in sorted(self.claims.items()):
                try:
                    claim.renew()
                except ClaimLost:
                    del self.claims[post_id], self._plans[post_id]
                    self.report.left += 1


def _parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
