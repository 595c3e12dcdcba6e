"""A simulated office: staff who judge what `calibrated_v3` shows them, and err now and then."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from matching.core.calibrated import CalibratedV3
from matching.core.judgements import Judgements
from matching.core.profile import ScoringProfile
from matching.core.ranking import MAX_FOUND_BEFORE_LOST_DAYS
from matching.core.types import Ints, ScoringContext
from matching.core.weighing import TERMS
from matching.core.world import World

SHOWN: Final = 8  # candidates of each lost post, the best ones
DRAWN: Final = 1  # one more, at random
DRAWN_AMONG: Final = 50  # of the candidates after those shown, as production draws
USUAL_WRONG: Final = (0.02, 0.02, 0.05)  # share of wrong decisions of three people


@dataclass(frozen=True, eq=False)
class Office:
    """What the staff decided, and the lost posts that they have not seen. Shape: unseen (k,)"""

    judgements: Judgements
    unseen: Ints


def open_office(
    world: World,
    profile: ScoringProfile,
    *,
    judged: int = 1500,
    wrong: Sequence[float] = USUAL_WRONG,
    seed: int = 0,
) -> Office:
    """Let staff judge the best candidates of one lost post after the other.

    Args:
        judged: number of judgements of shown candidates; those drawn at random come on top.
        wrong: for each person of the staff, the share of decisions that are the wrong way round.
    """
    rng = np.random.default_rng(seed)
    truth = set(zip(world.pair_lost.tolist(), world.pair_found.tolist(), strict=True))
    strategy, candidates = CalibratedV3(), world.candidates("found")
    context = ScoringContext(profile=profile, max_found_before_lost_days=MAX_FOUND_BEFORE_LOST_DAYS)
    order = rng.permutation(len(world.text_lost))[: -(-judged // SHOWN)]
    posts = world.features("lost")
    terms, prior, said, shown_with, queries, people = [], [], [], [], [], []
    for lost in order.tolist():
        result = strategy.score(posts[lost], candidates, context)
        best = np.argsort(-np.where(result.gated, -1.0, result.score), kind="stable")
        best = best[~result.gated[best]]
        pool = best[SHOWN : SHOWN + DRAWN_AMONG]
        drawn = rng.permutation(pool)[:DRAWN]
        person = int(rng.integers(len(wrong)))
        for rows, probability in ((best[:SHOWN], 1.0), (drawn, DRAWN / max(len(pool), 1))):
            for row in rows.tolist():
                terms.append([result.terms[name][row] for name in TERMS])
                prior.append(result.terms["prior"][row])
                said.append(((lost, row) in truth) ^ bool(rng.random() < wrong[person]))
                shown_with.append(min(probability, 1.0))
                queries.append(lost)
                people.append(person)
    judgements = Judgements(
        terms=np.array(terms, dtype=np.float64).reshape(-1, len(TERMS)),
        prior=np.array(prior, dtype=np.float64),
        is_match=np.array(said, dtype=np.bool_),
        shown_with=np.array(shown_with, dtype=np.float64),
        queries=np.array(queries, dtype=np.int64),
        people=np.array(people, dtype=np.int64),
    )
    return Office(judgements, np.setdiff1d(np.arange(len(posts)), order))
