"""Scores two posts of one kind as possible duplicates: one thing that was reported twice."""

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
TWICE_SHARE: Final = 0.05  # of posts with a duplicate among the open posts of their kind
# Two posts about one thing have similar text or similar photographs.
NEAREST: Final = 200  # of each, that are scored in full

# Decisions on matches say nothing about duplicates, so these keep the weights of a cold start.
EVIDENCE_WEIGHTS: Final = EvidenceWeights(weights={**COLD_WEIGHTS, "author": 1.0})


@dataclass(frozen=True)
class Crowd:
    """How many other posts are searched for a duplicate, and how many have the same author."""

    posts: int
    by_author: int

    def __add__(self, other: "Crowd") -> "Crowd":
        return Crowd(self.posts + other.posts, self.by_author + other.by_author)


def crowd(query: PostFeatures, candidates: Candidates, alive: Bools | None = None) -> Crowd:
    """Counts the candidates without the query. Shape: alive (n,), False for rows to leave out"""
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

    Content counts as between a lost and a found post, but is normalised within the query's kind.
    Day and author count differently: whoever reports a thing twice names the same day.
    `text_image` compares the text of the post with the lower id with the other's photographs.
    Only the nearest candidates are scored, so there may be fewer scores than candidates.

    Args:
        candidates: posts of the query's kind; the query itself may be among them.
        among: the posts from which the candidates were preselected, if there are more of them.
    """
    among = among or crowd(query, candidates)
    near = candidates.take(nearest(query, candidates))
    left = prepare(Candidates.from_features([query], profile.dim), profile, within_kind=True)
    right = prepare(near, profile, within_kind=True)
    found = {name: term[0] for name, term in terms(left, right, _either_way(profile)).items()}
    query_first = near.post_ids > query.post_id
    cross = found["text_image"], found["image_text"]
    if query.kind == "found":  # `terms` names cross channels from the lost post's side
        cross = cross[1], cross[0]
    found["text_image"] = np.where(query_first, *cross)
    found["image_text"] = np.where(query_first, cross[1], cross[0])
    apart = _days_apart(left.posts, near)
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


def _days_apart(query: Candidates, near: Candidates) -> Floats:
    """The least number of days between two reports, 0 if they may be of one day. Shape: (n,)"""
    gaps = near.days - query.last_days, query.days - near.last_days
    return np.maximum(np.maximum(*gaps), 0.0)


def _either_way(profile: ScoringProfile) -> ScoringProfile:
    """The profile without what tells a lost post from a found one, as neither is one of them."""
    one, other = profile.matching["text_image"], profile.matching["image_text"]
    both = Normal((one.mean + other.mean) / 2.0, (one.sd + other.sd) / 2.0)
    matching = {**profile.matching, "text_image": both, "image_text": both}
    return profile.with_(matching=matching, calibration=profile.calibration.symmetric())


def nearest(query: PostFeatures, candidates: Candidates, alive: Bools | None = None) -> Ints:
    """Rows of the candidates that are nearest by text or cover photograph, in rising order.

    Shape: alive (n,), False for rows to leave out; (k,)
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
    """NaN where either post has no author."""
    if query.author_id is None or query.author_id == NOBODY or not len(near):
        return np.full(len(near), np.nan)
    # Somebody who reports many things, such as an office, is often the common author by chance.
    share = (1.0 + among.by_author) / (1.0 + among.posts)
    same = near.author_ids == query.author_id
    found = evidence.author(same, np.full(len(near), share))
    return np.where(near.author_ids == NOBODY, np.nan, found)
