"""Two posts of one kind that may be about one thing: reported twice, or a look-alike of it."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from matching.core import evidence
from matching.core.arrays import Bools, Floats, Ints
from matching.core.calibrated import terms
from matching.core.prepared import prepare
from matching.core.profile import Normal, ScoringProfile
from matching.core.types import NOBODY, Candidates, PostFeatures, Scores
from matching.core.vectors import dots
from matching.core.weights import COLD_WEIGHTS, EvidenceWeights

MARK_FROM: Final = 0.5  # probability
TWICE_SHARE: Final = 0.05  # of the posts, how many have a twin among the open ones of their kind
# Two posts about one thing are near in their words or in their photographs.
NEAREST: Final = 200  # of each, that are looked at closely

# What staff decide about matches teaches nothing about this: the weights of a cold start.
EVIDENCE_WEIGHTS: Final = EvidenceWeights(weights={**COLD_WEIGHTS, "author": 1.0})


@dataclass(frozen=True)
class Crowd:
    """Among how many other posts a twin is looked for, and how many are of the same author."""

    posts: int
    by_author: int

    def __add__(self, other: "Crowd") -> "Crowd":
        return Crowd(self.posts + other.posts, self.by_author + other.by_author)


def crowd(query: PostFeatures, candidates: Candidates, alive: Bools | None = None) -> Crowd:
    """The other posts among these. Shape: alive (n,), False for one that does not count"""
    counted = candidates.post_ids != query.post_id
    others = candidates.author_ids[counted if alive is None else counted & alive]
    return Crowd(len(others), int((others == query.author_id).sum()))


def score_duplicates(
    query: PostFeatures,
    candidates: Candidates,
    profile: ScoringProfile,
    among: Crowd | None = None,
) -> Scores:
    """The probability that a post of the same kind is about the same thing.

    The content is weighed as between a lost and a found post, but among the query's own kind.
    Days and authors speak otherwise than there: who reports a thing twice names the same day.
    `text_image` is the words of the post with the lower id with the photographs of the other.
    Only the nearest candidates are scored, so there may be fewer scores than candidates.

    Args:
        candidates: posts of the query's kind; the query itself may be among them.
        among: all posts that the candidates were the nearest of, where there are more.
    """
    among = among or crowd(query, candidates)
    near = candidates.take(nearest(query, candidates))
    left = prepare(Candidates.from_features([query], profile.dim), profile, among_their_own=True)
    right = prepare(near, profile, among_their_own=True)
    found = {name: term[0] for name, term in terms(left, right, _either_way(profile)).items()}
    query_first = near.post_ids > query.post_id
    cross = found["text_image"], found["image_text"]
    if query.kind == "found":  # `terms` takes the words of a lost post first
        cross = cross[1], cross[0]
    found["text_image"] = np.where(query_first, *cross)
    found["image_text"] = np.where(query_first, cross[1], cross[0])
    apart = near.days - (np.nan if query.day is None else query.day)
    twice = evidence.reported_twice(apart, profile.day_span_days)
    found["time"] = np.where(np.isnan(apart), np.nan, twice)
    found["author"] = _author(query, near, among)
    share = TWICE_SHARE / max(among.posts, 1)
    before = float(np.log(share / (1.0 - share)))
    return Scores(
        post_ids=near.post_ids,
        score=EVIDENCE_WEIGHTS.probability(EVIDENCE_WEIGHTS.log_odds(before, found)),
        terms={"prior": np.full(len(near), before), **found},
        exclusions={},
    )


def _either_way(profile: ScoringProfile) -> ScoringProfile:
    """With one expectation for words and photographs, whichever post has the words."""
    one, other = profile.matching["text_image"], profile.matching["image_text"]
    both = Normal((one.mean + other.mean) / 2.0, (one.sd + other.sd) / 2.0)
    return profile.with_(matching={**profile.matching, "text_image": both, "image_text": both})


def nearest(query: PostFeatures, candidates: Candidates, alive: Bools | None = None) -> Ints:
    """Rows of the candidates that are nearest in any way, in rising order.

    Shape: alive (n,), False for one that does not count; (k,)
    """
    counted = candidates.post_ids != query.post_id
    counted = counted if alive is None else counted & alive
    near = np.zeros(len(candidates), dtype=np.bool_)
    for mine, theirs in (
        (query.text_vec, candidates.text_vecs),
        (query.cover_vec, candidates.image_vecs),
    ):
        if mine is None or not len(candidates):
            continue
        similarity = np.nan_to_num(dots(mine, theirs), nan=-np.inf)
        similarity[~counted] = -np.inf
        near[np.argsort(-similarity, kind="stable")[:NEAREST]] = True
    return np.flatnonzero(near & counted).astype(np.int64)


def _author(query: PostFeatures, near: Candidates, among: Crowd) -> Floats:
    """NaN where one of the two has no author."""
    if query.author_id is None or query.author_id == NOBODY or not len(near):
        return np.full(len(near), np.nan)
    # Who reports many things, as an office does, is the same author for many of them by chance.
    share = (1.0 + among.by_author) / (1.0 + among.posts)
    same = near.author_ids == query.author_id
    found = evidence.author(same, np.full(len(near), share))
    return np.where(near.author_ids == NOBODY, np.nan, found)
