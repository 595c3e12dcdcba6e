"""Simulated datasets: how well the strategies rank, and what learning from decisions adds."""

from dataclasses import replace
from typing import Any, Final

import numpy as np

from bench.rows import Row, at_least, at_most
from matching.core.registry import STRATEGIES
from matching.core.weights import EvidenceWeights
from matching.evaluation.benchmark import cold_start, evaluate
from matching.evaluation.ranking import PATTERNS
from matching.evaluation.simulator import BASE, HARD, SIMULATIONS, simulate
from matching.learning.fit import Stage, learn
from matching.learning.learning_gain import measure_learning_gain
from matching.learning.promotion import Refusal
from matching.learning.simulated_annotators import dataset_scores, simulate_annotators

SEED: Final = 11
JUDGED: Final = 1500
LEAST: Final = {"base": {"recall@5": 0.95, "ap": 0.78}, "hard": {"recall@5": 0.64, "ap": 0.31}}
MOST: Final = {
    "base": {"alerts": 2.6, "ece_top10": 0.03},
    "hard": {"alerts": 4.5, "ece_top10": 0.03},
}
PATTERN_SPREAD: Final = 0.06  # of recall@5, by who has a photograph
SMALL: Final = replace(HARD, lost=260, found=500, pairs=240, dim=128)
POISONED_SEED: Final = 3
POISONED_JUDGED: Final = 1200
POISONED: Final = {  # share of wrong decisions of each person
    "all wrong": (1.0,),
    "a coin": (0.5,),
    "a third wrong": (0.3, 0.3),
    "one against all": (0.02, 0.02, 1.0),
    "one by the coin": (0.02, 0.02, 0.5),
}
SUSPICIOUS: Final = {Refusal.CONTRADICTORY, Refusal.PERSON_CONTRADICTS, Refusal.SCALE}
LEARNT_AP: Final = 0.85  # of base, before learning


def simulation_rows(quick: bool) -> list[Row]:
    """All strategies on one dataset of each simulation, cold start."""
    return [row for name in SIMULATIONS for row in _rows_of(name)]


def _rows_of(name: str) -> list[Row]:
    outcomes = evaluate([simulate(SIMULATIONS[name], SEED)], list(STRATEGIES))
    ours = outcomes["calibrated_v3"]
    figures: dict[str, Any] = ours.figures
    rows = [
        *(
            at_least(f"{name}: {key}", least, figures[key], "")
            for key, least in LEAST[name].items()
        ),
        *(at_most(f"{name}: {key}", most, figures[key], "") for key, most in MOST[name].items()),
    ]
    if name == "base":
        recalls = [figures["patterns"][pattern]["recall@5"] for pattern in PATTERNS]
        spread = max(recalls) - min(recalls)
        rows.append(at_most(f"{name}: recall@5 between photographs", PATTERN_SPREAD, spread, ""))
    for other in ("clip_zeroshot_v1", "clip_zeroshot_v2"):
        gain, lower, upper = ours.gain_over(outcomes[other])
        interval = f"95% interval {lower:.3f} to {upper:.3f}"
        row = f"{name}: recall@5 above {other}, lower bound"
        rows.append(Row(row, "> 0", round(lower, 4), "", lower > 0, f"{gain:.3f}, {interval}"))
    return rows


def learning_rows(quick: bool) -> list[Row]:
    """Simulated annotators judge one dataset; only lost posts that they have not seen count."""
    learning_gain = measure_learning_gain([simulate(BASE, 0)], judged=JUDGED)
    (result,) = learning_gain.results
    before, after = learning_gain.before.figures, learning_gain.after.figures
    is_logistic = result.is_promoted and result.stage is Stage.LOGISTIC
    named = f"stage {result.stage.name.lower()}"
    return [
        Row("learnt: logistic weights are promoted", "yes", None, "", is_logistic, named),
        _more("learnt: ap before", LEARNT_AP, before["ap"]),
        _more("learnt: ap after", before["ap"], after["ap"]),
        _less("learnt: ece_top10 after", before["ece_top10"], after["ece_top10"]),
        at_most("learnt: alerts after", before["alerts"], after["alerts"], ""),
        *_poisoned_rows(),
    ]


def _poisoned_rows() -> list[Row]:
    """Judgements of people who are wrong, too often or on purpose: nothing is learnt from them."""
    dataset = simulate(SMALL, POISONED_SEED)
    scores = dataset_scores(dataset, cold_start(dataset))
    truth = np.zeros((len(dataset.text_lost), len(dataset.text_found)), dtype=np.bool_)
    truth[dataset.pair_lost, dataset.pair_found] = True
    rows = []
    for name, error_rates in POISONED.items():
        annotators = simulate_annotators(
            scores, truth, judged=POISONED_JUDGED, error_rates=error_rates, seed=POISONED_SEED
        )
        verdict = learn(annotators.judgements, EvidenceWeights()).verdict
        reasons = verdict.refusals if verdict else ()
        named = ", ".join(sorted(reasons))
        is_refused = bool(SUSPICIOUS.intersection(reasons))
        rows.append(Row(f"learnt: refused, {name}", "yes", None, "", is_refused, named))
    return rows


def _more(row: str, than: float, value: float) -> Row:
    return Row(row, f"> {than:.3g}", round(value, 4), "", value > than)


def _less(row: str, than: float, value: float) -> Row:
    return Row(row, f"< {than:.3g}", round(value, 4), "", value < than)
