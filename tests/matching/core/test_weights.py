"""How evidence becomes a probability."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.core.explanation import LEARNT, waterfall
from matching.core.weights import COLD_WEIGHTS, TERMS, EvidenceWeights

STEPS = ((-4.0, 0.001), (0.0, 0.3), (3.0, 0.3), (6.0, 0.97))


def terms(**values: float) -> dict[str, Any]:
    """One pair; terms that are not named are absent."""
    return {name: np.array([values.get(name, np.nan)]) for name in TERMS}


def test_before_any_learning_it_is_the_sum_of_weighted_terms() -> None:
    log_odds = EvidenceWeights().log_odds(-5.0, terms(category=1.5, text_image=2.0))
    assert log_odds[0] == pytest.approx(-5.0 + 1.5 + 0.7 * 2.0)


def test_an_absent_term_adds_nothing_until_its_absence_says_something() -> None:
    assert EvidenceWeights().log_odds(-5.0, terms())[0] == -5.0
    learnt = EvidenceWeights(missing={"image_image": -0.4, "place": 0.1})
    assert learnt.log_odds(-5.0, terms())[0] == pytest.approx(-5.3)
    assert learnt.log_odds(-5.0, terms(image_image=0.0))[0] == pytest.approx(-4.9)


def test_scale_and_bias_change_the_confidence() -> None:
    evidence_weights = EvidenceWeights(scale=0.5, bias=1.0)
    assert evidence_weights.log_odds(-4.0, terms(time=2.0))[0] == pytest.approx(0.5 * -2.0 + 1.0)


@given(st.lists(st.floats(-60, 60), min_size=2, max_size=20, unique=True))
def test_more_evidence_is_never_less_probable(values: list[float]) -> None:
    log_odds = np.sort(np.array(values))
    for evidence_weights in (EvidenceWeights(), EvidenceWeights(steps=STEPS)):
        p = evidence_weights.probability(log_odds)
        assert np.all(np.diff(p) >= 0.0)
        assert np.all((p >= 0.0) & (p <= 1.0))


def test_on_a_flat_step_the_order_stays() -> None:
    p = EvidenceWeights(steps=STEPS).probability(np.array([0.5, 1.0, 2.9]))
    assert p[0] < p[1] < p[2] < 0.35


def test_a_curve_follows_its_steps() -> None:
    p = EvidenceWeights(steps=STEPS).probability(np.array([0.0, 6.0]))
    assert p == pytest.approx([0.3, 0.97], abs=0.02)


def test_it_comes_back_from_json() -> None:
    evidence_weights = EvidenceWeights(
        weights={**COLD_WEIGHTS, "time": 0.2}, missing={"place": 0.1}, scale=0.8, steps=STEPS
    )
    assert EvidenceWeights.from_json(evidence_weights.as_json()) == evidence_weights
    assert EvidenceWeights.from_json({}) == EvidenceWeights()


@pytest.mark.parametrize(
    "evidence_weights",
    [
        EvidenceWeights(),
        EvidenceWeights(scale=0.7, bias=-0.5, missing={"image_image": 0.3}),
        EvidenceWeights(steps=STEPS),
    ],
)
def test_the_waterfall_ends_where_the_score_is(evidence_weights: EvidenceWeights) -> None:
    shown = {"category": 1.2, "text_text": 2.0, "place": -0.5}
    score = float(evidence_weights.probability(evidence_weights.log_odds(-3.0, terms(**shown)))[0])
    stored: dict[str, float | None] = {"prior": -3.0, **{n: shown.get(n) for n in TERMS}}
    steps = waterfall(stored, evidence_weights, score)
    assert 1.0 / (1.0 + 2.0 ** -steps[-1].after) == pytest.approx(score, rel=1e-9)
    assert {step.name for step in steps} - {"prior", *TERMS} <= {LEARNT}
