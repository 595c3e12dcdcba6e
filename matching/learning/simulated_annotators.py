"""Simulated staff who judge what `calibrated_v3` shows them, and sometimes err."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from matching.core.arrays import Bools, Ints
from matching.core.calibrated import CalibratedV3
from matching.core.competition import among, log_odds
from matching.core.profile import ScoringProfile
from matching.core.types import Scores, ScoringContext
from matching.core.weights import OVERLAP, TERMS
from matching.evaluation.dataset import BenchmarkDataset
from matching.evaluation.ranking import MAX_FOUND_BEFORE_LOST_DAYS
from matching.learning.judgements import Judgements

SHOWN: Final = 8  # the best candidates of each lost post
SAMPLED: Final = 1  # one more, at random
SAMPLED_AMONG: Final = 50  # of the candidates after those shown, as production samples
ScoresOf = Callable[[int], Scores]
USUAL_ERROR_RATES: Final = (0.02, 0.02, 0.05)  # share of wrong decisions of three people


@dataclass(frozen=True, eq=False)
class SimulatedAnnotators:
    """The annotators' judgements, and the lost posts that they have not seen. Shape: unseen (k,)"""

    judgements: Judgements
    unseen: Ints


def dataset_scores(dataset: BenchmarkDataset, profile: ScoringProfile) -> ScoresOf:
    """A function that scores a lost post of the dataset with `calibrated_v3`, by its row."""
    strategy, candidates = CalibratedV3(), dataset.candidates("found")
    context = ScoringContext(profile=profile, max_found_before_lost_days=MAX_FOUND_BEFORE_LOST_DAYS)
    posts = dataset.features("lost")
    return lambda lost: strategy.score(posts[lost], candidates, context)


def simulate_annotators(
    scores_of: ScoresOf,
    truth: Bools,
    *,
    judged: int = 1500,
    error_rates: Sequence[float] = USUAL_ERROR_RATES,
    seed: int = 0,
) -> SimulatedAnnotators:
    """Let annotators judge the best candidates of one lost post after the other.

    Args:
        scores_of: the scores of a lost post, by its row; their post ids are rows of found posts.
        judged: number of judgements of shown candidates; randomly sampled ones come on top.
        error_rates: share of wrong decisions, for each annotator.

    Shape: truth (n_lost, n_found), True for a true pair
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(truth))[: -(-judged // SHOWN)]
    parts = []
    for lost in order.tolist():
        scores = scores_of(lost)
        best = np.argsort(-np.where(scores.excluded, -1.0, scores.score), kind="stable")
        best = best[~scores.excluded[best]]
        pool = best[SHOWN : SHOWN + SAMPLED_AMONG]
        sampled = rng.permutation(pool)[:SAMPLED]
        rows = np.concatenate([best[:SHOWN], sampled])
        person = int(rng.integers(len(error_rates)))
        errs = rng.random(len(rows)) < error_rates[person]
        alone = np.zeros(len(scores)) if scores.log_odds is None else scores.log_odds
        competition = log_odds(among(scores).score) - alone
        prior = scores.terms["prior"] + scores.terms[OVERLAP] + competition
        absent = np.full(len(scores), np.nan)
        chance = np.ones(len(rows))
        chance[len(rows) - len(sampled) :] = min(SAMPLED / max(len(pool), 1), 1.0)
        parts.append(
            Judgements(
                terms=np.stack([scores.terms.get(name, absent)[rows] for name in TERMS], axis=1),
                prior=prior[rows],
                is_match=truth[lost, scores.post_ids[rows]] ^ errs,
                sampling_probability=chance,
                queries=np.full(len(rows), lost),
                people=np.full(len(rows), person),
            )
        )
    return SimulatedAnnotators(Judgements.joined(parts), np.setdiff1d(np.arange(len(truth)), order))
