"""Scoring with `calibrated_v3` in one pass, against scikit-learn pair by pair."""

from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import cosine_similarity

from bench.rows import Row, at_least, figure, timed
from matching.core.calibrated import CalibratedV3, prior, terms
from matching.core.prepared import prepare
from matching.core.types import Candidates, ScoringContext
from matching.evaluation.benchmark import cold_start
from matching.evaluation.simulator import BASE, simulate

CANDIDATES = 1000
CHANNELS = 4
PAIRS_TIMED = 200  # on the slow side; every further pair would take as long


def scoring_rows(quick: bool) -> list[Row]:
    """1,000 candidates with 768 dimensions, more than half of the pairs with photographs."""
    dataset = simulate(replace(BASE, lost=300, found=CANDIDATES, pairs=200, dim=768), 0)
    profile, candidates = cold_start(dataset), dataset.candidates("found")
    strategy, context = CalibratedV3(), ScoringContext(profile=profile)
    posts = dataset.features("lost")
    queries = iter(posts * 10)
    whole = timed(lambda: strategy.score(next(queries), candidates, context), 200, warm_up=20)
    ready, evidence_weights, before = (
        prepare(candidates, profile),
        profile.evidence_weights,
        prior(profile),
    )
    prepared = iter(
        [prepare(Candidates.from_features([post], profile.dim), profile) for post in posts] * 2
    )

    def score() -> Any:
        """Score all candidates of one query, from the terms to the probability."""
        found = {name: term[0] for name, term in terms(next(prepared), ready, profile).items()}
        return evidence_weights.probability(evidence_weights.log_odds(before, found))

    ours = timed(score, 200, warm_up=20)
    fused = LogisticRegression().fit(np.eye(CHANNELS + 1)[:, :CHANNELS], [0, 1, 0, 1, 0])
    vecs = candidates.text_vecs
    query = vecs[0]

    def pair(row: int) -> Any:
        """Score the four channels of one pair in the straightforward way."""
        channels = [
            cosine_similarity(query.reshape(1, -1), vecs[row].reshape(1, -1))[0, 0]
            for _ in range(CHANNELS)
        ]
        return fused.predict_proba([channels])

    rows = iter(list(range(CANDIDATES)) * 10)
    pairwise = timed(lambda: pair(next(rows)), 50 if quick else PAIRS_TIMED, warm_up=5)
    ratio = pairwise.median_s * CANDIDATES / ours.median_s
    detail = f"ours {ours.words}; scikit-learn {pairwise.words} for each pair"
    ratio_whole = pairwise.median_s * CANDIDATES / whole.median_s
    return [
        at_least("scoring 1,000 candidates against pair by pair", 2000, ratio, "times", detail),
        figure(
            "the same with exclusion rules and the query's preparation",
            ratio_whole,
            "times",
            f"ours {whole.words}",
        ),
    ]
