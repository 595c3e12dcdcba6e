"""Fitting to decisions: by stages, past people's mistakes, and never against the evidence."""

import dataclasses
from functools import cache
from typing import Any

import numpy as np
import pytest

from matching.core.profile import ScoringProfile
from matching.core.weights import COLD_WEIGHTS, TERMS, Weighing
from matching.evaluation.benchmark import cold_start
from matching.evaluation.dataset import World
from matching.evaluation.metrics import measure
from matching.evaluation.simulator import BASE, HARD, simulate
from matching.learning.fit import Lesson, Stage, fit, learn, stage_for
from matching.learning.judgements import Judgements
from matching.learning.learning_gain import school
from matching.learning.promotion import Refusal
from matching.learning.simulated_annotators import SHOWN, Office, open_office, world_scores

SMALL = dataclasses.replace(HARD, lost=260, found=500, pairs=240, dim=128)


def drawn(
    n: int,
    weights: dict[str, float],
    *,
    wrong: tuple[float, ...] = (0.0,),
    seed: int = 0,
    scale: float = 1.0,
) -> Judgements:
    """Pairs that are matches as these weights say, judged by people of whom some err."""
    rng = np.random.default_rng(seed)
    terms = rng.normal(0.0, 1.5, (n, len(TERMS)))
    terms[rng.random((n, len(TERMS))) < 0.3] = np.nan
    log_odds = scale * (np.nan_to_num(terms) @ [weights[name] for name in TERMS])
    people = rng.integers(len(wrong), size=n)
    is_match = rng.random(n) < 1.0 / (1.0 + np.exp(-log_odds))
    errs = rng.random(n) < np.array(wrong)[people]
    return Judgements(
        terms, np.zeros(n), is_match ^ errs, np.ones(n), np.arange(n) // 8, people.astype(np.int64)
    )


@pytest.mark.parametrize(
    ("confirmed", "rejected", "stage"),
    [
        (0, 0, Stage.NOTHING),
        (29, 500, Stage.NOTHING),
        (30, 99, Stage.NOTHING),
        (30, 100, Stage.PLATT),
        (99, 900, Stage.PLATT),
        (100, 100, Stage.LOGISTIC),
        (999, 2000, Stage.LOGISTIC),
        (1000, 1000, Stage.ISOTONIC),
    ],
)
def test_how_much_is_fitted_depends_on_how_much_was_decided(
    confirmed: int, rejected: int, stage: Stage
) -> None:
    n = confirmed + rejected
    of = Judgements(
        terms=np.full((n, len(TERMS)), np.nan),
        prior=np.zeros(n),
        is_match=np.arange(n) < confirmed,
        shown_with=np.ones(n),
        queries=np.arange(n),
        people=np.zeros(n, dtype=np.int64),
    )
    assert stage_for(of) is stage


def test_platt_finds_how_sure_scores_may_be_and_leaves_the_weights() -> None:
    fitted = fit(drawn(4000, COLD_WEIGHTS, scale=0.5), Stage.PLATT)
    assert fitted.weighing.scale == pytest.approx(0.5, abs=0.06)
    assert fitted.weighing.weights == COLD_WEIGHTS and not fitted.weighing.missing


def test_weights_move_towards_what_decisions_say_and_start_from_one() -> None:
    weights = {**COLD_WEIGHTS, "place": 0.2, "text_text": 1.8}
    few, many = (fit(drawn(n, weights), Stage.LOGISTIC).weighing for n in (250, 8000))
    for weighing, near in ((few, 0.75), (many, 0.25)):
        learnt = {name: value * weighing.scale for name, value in weighing.weights.items()}
        assert learnt["place"] == pytest.approx(0.2, abs=near)
        assert learnt["text_text"] == pytest.approx(1.8, abs=near)
    assert few.weights["place"] > many.weights["place"]


def test_no_weight_is_ever_negative() -> None:
    weights = {**COLD_WEIGHTS, "colour": -1.5, "time": -0.5}
    weighing = fit(drawn(6000, weights), Stage.LOGISTIC).weighing
    assert min(weighing.weights.values()) >= 0.0
    assert weighing.weights["colour"] == 0.0


def test_the_curve_is_fitted_where_there_is_enough_and_rises() -> None:
    of = drawn(6000, COLD_WEIGHTS)
    weighing = fit(of, Stage.ISOTONIC).weighing
    assert len(weighing.steps) > 3
    assert np.all(np.diff(np.array(weighing.steps), axis=0)[:, 1] >= 0.0)
    p = weighing.probability(of.log_odds(weighing))
    assert abs(p.mean() - of.is_match.mean()) < 0.02


def test_mistakes_are_told_from_the_rest_person_by_person() -> None:
    of = drawn(6000, {**COLD_WEIGHTS}, wrong=(0.01, 0.1, 0.9), scale=1.5)
    fitted = fit(of, Stage.LOGISTIC)
    assert fitted.wrong[0] < 0.05 < fitted.wrong[1] < 0.16
    assert fitted.wrong[2] > 0.7
    assert fitted.weighing.scale == pytest.approx(1.5, abs=0.4)
    unknown = fitted.wrong_of(np.array([0, 12345]))
    assert unknown.tolist() == [fitted.wrong[0], fitted.usual_wrong]


def test_mistakes_do_not_make_scores_unsure() -> None:
    clean, erring = (
        fit(drawn(6000, COLD_WEIGHTS, wrong=(share,), scale=2.0), Stage.PLATT).weighing.scale
        for share in (0.0, 0.05)
    )
    assert erring == pytest.approx(clean, rel=0.15)


def test_too_few_or_one_sided_decisions_teach_nothing() -> None:
    assert learn(drawn(60, COLD_WEIGHTS), Weighing()).stage is Stage.NOTHING
    of = drawn(400, COLD_WEIGHTS)
    late = dataclasses.replace(of, is_match=np.arange(400) >= 300)  # only newest are confirmed
    lesson = learn(late, Weighing())
    assert not lesson.is_promoted


def test_only_what_would_be_put_in_use_was_tested() -> None:
    """The fit that is promoted has not seen the last block of time."""
    of = drawn(1500, COLD_WEIGHTS, scale=0.4)
    lesson = learn(of, Weighing())
    assert lesson.is_promoted and lesson.fitted is not None
    again = fit(of.blocks()[-1][0], lesson.stage)
    assert lesson.fitted.weighing == again.weighing


def test_where_more_is_refused_less_is_tried() -> None:
    """All weights are right and only the scale is wrong: with few decisions, weights are noise."""
    stages = set()
    for seed in range(6):
        lesson = learn(drawn(330, COLD_WEIGHTS, scale=0.35, seed=seed), Weighing())
        if lesson.is_promoted:
            stages.add(lesson.stage)
    assert stages <= {Stage.PLATT, Stage.LOGISTIC} and stages


# --- Simulated offices ---


@cache
def known_world(seed: int) -> tuple[World, ScoringProfile]:
    world = simulate(SMALL, seed)
    return world, cold_start(world)


def office_of(seed: int, **changes: Any) -> Office:
    world, profile = known_world(seed)
    truth = np.zeros((len(world.text_lost), len(world.text_found)), dtype=np.bool_)
    truth[world.pair_lost, world.pair_found] = True
    return open_office(world_scores(world, profile), truth, **{"seed": seed, **changes})


def office_lesson(wrong: tuple[float, ...], seed: int = 3, judged: int = 1200) -> Lesson:
    office = office_of(seed, judged=judged, wrong=wrong)
    return learn(office.judgements, Weighing())


def test_an_office_judges_the_best_and_draws_one_more() -> None:
    world, _ = known_world(3)
    office = office_of(3, judged=400, wrong=(0.0,))
    of = office.judgements
    assert (of.shown_with == 1.0).sum() == 400
    posts = np.unique(of.queries)
    assert len(posts) == 400 // SHOWN == (of.shown_with < 1.0).sum()
    assert not set(posts.tolist()) & set(office.unseen.tolist())
    assert len(posts) + len(office.unseen) == len(world.text_lost)
    assert 0 < of.is_match.sum() <= len(posts)


def test_a_simulated_office_teaches_better_ranking_and_calibration() -> None:
    """Simulated, one world; docs/matching.md has the means of ten."""
    schooling = school([simulate(BASE, 0)], judged=1500)
    (lesson,) = schooling.lessons
    assert lesson.is_promoted and lesson.stage is Stage.LOGISTIC
    before, after = schooling.before.figures, schooling.after.figures
    assert after["ap"] > before["ap"] > 0.85
    assert after["ece_top10"] < before["ece_top10"]
    assert after["alerts"] <= before["alerts"]


@pytest.mark.parametrize(
    "wrong",
    [(1.0,), (0.5,), (0.3, 0.3), (0.02, 0.02, 1.0), (0.02, 0.02, 0.5)],
    ids=["all wrong", "coin", "a third wrong", "one against all", "one by the coin"],
)
def test_a_poisoned_set_of_decisions_is_refused(wrong: tuple[float, ...]) -> None:
    lesson = office_lesson(wrong)
    assert lesson.verdict is not None
    suspicious = {Refusal.CONTRADICTORY, Refusal.PERSON_CONTRADICTS, Refusal.SCALE}
    assert suspicious & set(lesson.verdict.refusals)


def test_whoever_decides_against_the_evidence_is_named() -> None:
    verdict = office_lesson((0.02, 0.02, 1.0)).verdict
    assert verdict is not None and verdict.people == (2,)


def test_unseen_posts_are_ranked_among_all_found_posts() -> None:
    small = dataclasses.replace(BASE, lost=120, found=200, pairs=100, dim=96)
    schooling = school([simulate(small, 0)], judged=400)
    assert schooling.before.rankings[0].scores.shape == (120 - 50, 200)
    assert schooling.before.figures["patterns"].keys() == schooling.after.figures["patterns"].keys()
    assert measure(schooling.after.rankings[0], calibrated=True)["pairs"] > 0
