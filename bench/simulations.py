"""Simulated datasets: how well the strategies rank, and what learning from decisions adds."""

from typing import Any, Final

from bench.rows import Row, at_least, at_most
from matching.core.registry import STRATEGIES
from matching.evaluation.benchmark import evaluate
from matching.evaluation.ranking import PATTERNS
from matching.evaluation.simulator import BASE, SIMULATIONS, simulate
from matching.learning.fit import Stage
from matching.learning.learning_gain import measure_learning_gain

SEED: Final = 11
JUDGED: Final = 1500
LEAST: Final = {"base": {"recall@5": 0.95, "ap": 0.78}, "hard": {"recall@5": 0.64, "ap": 0.31}}
MOST: Final = {
    "base": {"alerts": 2.6, "ece_top10": 0.03},
    "hard": {"alerts": 4.5, "ece_top10": 0.03},
}
PATTERN_SPREAD: Final = 0.06  # of recall@5, by who has a photograph
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
    ]


def _more(row: str, than: float, value: float) -> Row:
    return Row(row, f"> {than:.3g}", round(value, 4), "", value > than)


def _less(row: str, than: float, value: float) -> Row:
    return Row(row, f"< {than:.3g}", round(value, 4), "", value < than)
