"""Lets pairs compete for their posts: a lost thing is one found thing at most, and vice versa.

A pair is stored with the log odds that it has alone. Its score is the probability beside all other
pairs of both posts, and so changes whenever one of these comes, changes or goes.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final

import numpy as np
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from lostfound.models import Post
from matching.conf import matching_settings
from matching.core.competition import settle
from matching.core.registry import get_strategy, needs_profile
from matching.models import Match, MatchQuerySet
from matching.scoring.score_post import threshold_of
from matching.services.alerts import alert_losers
from matching.services.pair_status import CANDIDATE, SAMPLED, SUGGESTED, reaches

COMPETING: Final = (SUGGESTED, CANDIDATE, SAMPLED)
LEAST_CHANGE: Final = 0.001  # of a stored score
SETTLED_FIELDS: Final = ("status", "score", "sampling_probability", "created_at", "created_on")


def rivals_of(post_ids: Iterable[int]) -> MatchQuerySet:
    """Competing pairs of these posts, and of all posts in such a pair with one of them."""
    ids = list(post_ids)
    competing = Match.objects.filter(status__in=COMPETING, log_odds__isnull=False).order_by()
    of_posts = competing.filter(Q(lost__in=ids) | Q(found__in=ids))
    return competing.filter(
        Q(lost__in=ids)
        | Q(found__in=ids)
        | Q(lost__in=of_posts.values("lost"))
        | Q(found__in=of_posts.values("found"))
    )


def locked_in_order(pairs: MatchQuerySet) -> list[Match]:
    """Lock pairs in the order of their keys, as wherever several are changed.

    Each has, as `lost_rest` and `found_rest`, the odds of its posts' pairs that are not stored, and
    as `owner_says` the owner's answer.
    """
    with_rest = pairs.annotate(
        lost_rest=F("lost__matching_job__rest_odds"),
        found_rest=F("found__matching_job__rest_odds"),
        owner_says=F("answer__answer"),
    )
    return list(with_rest.defer("terms").select_for_update(of=("self",)).order_by("pk"))


def settled(
    pairs: Iterable[Match], rest: Mapping[int, float] | None = None
) -> dict[tuple[int, int], float]:
    """The probability of each pair beside the others, by the keys of lost and found post.

    Args:
        pairs: with `log_odds`.
        rest: by post, the odds of its pairs that are not among them, if not as stored.
    """
    listed = [pair for pair in pairs if pair.log_odds is not None]
    if not listed:
        return {}
    known = {
        **{pair.lost_id: getattr(pair, "lost_rest", None) or 0.0 for pair in listed},
        **{pair.found_id: getattr(pair, "found_rest", None) or 0.0 for pair in listed},
        **(rest or {}),
    }
    lost_ids, lost = np.unique([pair.lost_id for pair in listed], return_inverse=True)
    found_ids, found = np.unique([pair.found_id for pair in listed], return_inverse=True)
    p = settle(
        lost,
        found,
        np.array([pair.log_odds for pair in listed], dtype=np.float64),
        lost_rest=np.array([known[int(pk)] for pk in lost_ids]),
        found_rest=np.array([known[int(pk)] for pk in found_ids]),
    )
    return dict(zip((pair.post_ids for pair in listed), p.tolist(), strict=True))


def is_answered(pair: Match) -> bool:
    """Whether the owner has answered a pair from `locked_in_order`."""
    return bool(getattr(pair, "owner_says", None))


def move(
    pairs: Iterable[Match], scores: Mapping[tuple[int, int], float]
) -> tuple[list[Match], list[Match]]:
    """Save the new scores and statuses of locked pairs.

    Returns: those that changed, and those of them that are new suggestions
    """
    changed, news = [], []
    for pair in pairs:
        score = scores.get(pair.post_ids, pair.score)
        if abs(score - pair.score) < LEAST_CHANGE:
            continue
        pair.score = score
        changed.append(pair)
        threshold = threshold_of(get_strategy(pair.strategy))
        if not reaches(pair.status, score, threshold, is_answered=is_answered(pair)):
            pair.status = SAMPLED if pair.status == SAMPLED else CANDIDATE
        elif pair.status != SUGGESTED:
            pair.status, pair.sampling_probability = SUGGESTED, None
            pair.created_at = timezone.now()
            pair.created_on = timezone.localdate(pair.created_at)
            news.append(pair)
    Match.objects.bulk_update(changed, SETTLED_FIELDS)
    return changed, news


def settle_rivals(post: Post) -> None:
    """When the caller's transaction commits, settle the pairs that compete with those of a post."""
    pairs = Match.objects.of_post(post).filter(log_odds__isnull=False)
    if rivals := [pair.other_id(post) for pair in pairs.only("lost", "found")]:
        transaction.on_commit(partial(settle_around, rivals))


@transaction.atomic
def settle_around(post_ids: Iterable[int]) -> int:
    """Settle the pairs of these posts and around them anew, since other pairs have gone.

    Returns: the number of pairs that changed.
    """
    if not needs_profile(matching_settings().strategy):
        return 0
    pairs = locked_in_order(rivals_of(post_ids))
    changed, news = move(pairs, settled(pairs))
    alert_losers(news)
    return len(changed)
