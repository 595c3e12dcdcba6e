"""Matches one post: claims it, embeds new content, scores it and writes its pairs atomically."""

from lostfound.models import Post
from matching.conf import matching_settings
from matching.core.registry import needs_profile
from matching.encoders.base import current_fingerprint
from matching.scoring.content import content_of
from matching.scoring.score_post import Query, score_post, second_encoder
from matching.services.embedding import embed_post
from matching.services.outbox import Claim, claimed
from matching.services.pairs import write_pairs
from matching.services.profiles import ensure_profile
from matching.services.second_text import embed_second_text


def match_post(post_id: int) -> str:
    """Embed and match a waiting post; returns the outcome in a word.

    Safe to call twice, for a deleted post, and concurrently with other posts. Errors are stored on
    the outbox row, where attempts are counted; the queue itself never retries.
    """
    with claimed(post_id) as job:
        post = _open_post(job)
        if post is not None:
            write_pairs(job, score_post(_embedded(job, post)))
            job.outcome = "matched"
    return job.outcome


def _open_post(job: Claim) -> Post | None:
    """The claimed post with everything that its content depends on; None if there is no work."""
    if not job.is_held:
        return None
    posts = Post.objects.with_facts().select_related("category__family", "building__zone")
    post = posts.prefetch_related("photos").filter(pk=job.post_id).first()
    if post is None:
        job.outcome = "gone"
    elif not post.is_open:
        job.drop()
        job.outcome = "not open"
        return None
    return post


def _embedded(job: Claim, post: Post) -> Query:
    """A query with the post's embeddings; missing ones are computed."""
    content = content_of(post)
    fingerprint = current_fingerprint()
    vectors = embed_post(post, content, job, fingerprint)
    sentence_vec = embed_second_text(post, content, job)
    is_profiled = needs_profile(matching_settings().strategy)
    profile = ensure_profile(fingerprint) if is_profiled else None
    return Query.of(
        post,
        vectors.text_vec,
        vectors.image_vecs,
        content_hash=content.content_hash,
        tokens=content.tokens,
        fingerprint=fingerprint,
        profile=profile,
        sentence_vec=sentence_vec if second_encoder(profile) else None,
    )
