"""What learning is worth: a simulated office judges worlds, and the rest of them is measured."""

from collections.abc import Sequence
from dataclasses import dataclass

from matching.core.calibrated import CalibratedV3
from matching.core.weights import Weighing
from matching.evaluation.benchmark import Outcome, cold_start
from matching.evaluation.dataset import World
from matching.evaluation.ranking import rank_world
from matching.learning.fit import Lesson, learn
from matching.learning.simulated_annotators import USUAL_WRONG, open_office, world_scores

BEFORE, AFTER = "v3, cold start", "v3, learnt"


@dataclass(frozen=True, eq=False)
class Schooling:
    """Lessons by world, and the lost posts that nobody judged, ranked before and after them."""

    lessons: list[Lesson]
    before: Outcome
    after: Outcome


def school(
    worlds: Sequence[World], *, judged: int, wrong: Sequence[float] = USUAL_WRONG, seed: int = 0
) -> Schooling:
    """Let an office judge each world, learn from it, and measure the posts that it has not seen.

    What the guard refuses is not used: that world counts as it was.

    Args:
        judged: judgements of shown candidates in each world.
        wrong: for each person of the office, the share of wrong decisions.
    """
    lessons, before, after = [], [], []
    for number, world in enumerate(worlds):
        profile = cold_start(world)
        ranking = rank_world(world, CalibratedV3(), profile)
        office = open_office(
            world_scores(world, profile),
            ranking.is_pair,
            judged=judged,
            wrong=wrong,
            seed=seed + number,
        )
        lesson = learn(office.judgements, Weighing())
        before.append(ranking.of_lost(office.unseen))
        if lesson.is_promoted and lesson.fitted is not None:
            learnt = profile.with_(weighing=lesson.fitted.weighing)
            ranking = rank_world(world, CalibratedV3(), learnt)
        after.append(ranking.of_lost(office.unseen))
        lessons.append(lesson)
    name = CalibratedV3.name
    return Schooling(lessons, Outcome(name, before), Outcome(name, after))
