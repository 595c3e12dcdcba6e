"""`manage.py evaluate_demo`: refused input, and a small labelled campus through the real system."""

from contextlib import nullcontext
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from matching.demo import evaluation
from matching.demo.evaluation import PATTERNS, evaluate_demo, figures_of
from matching.encoders.base import forget_encoder
from matching.models import Match


class Silent:
    """A progress bar that shows nothing."""

    def update(self, steps: int) -> None:
        assert steps == 1


def test_an_unknown_strategy_is_reported() -> None:
    with pytest.raises(CommandError, match="Unknown strategy 'v9'"):
        call_command("evaluate_demo", "--strategy", "v9")


@pytest.mark.django_db
@pytest.mark.model
def test_a_small_campus_is_measured_from_what_was_stored(monkeypatch: Any) -> None:
    for name, value in {"PAIRS_PER_PATTERN": 2, "SINGLES_PER_KIND": 2, "LOOK_ALIKES": 1}.items():
        monkeypatch.setattr(evaluation, name, value)
    forget_encoder()
    names = ["clip_zeroshot_v2", "calibrated_v3"]
    outcomes = evaluate_demo(
        names, seed=1, n_places=5, progress=lambda text, total: nullcontext(Silent())
    )
    forget_encoder()
    figures = figures_of(outcomes)["strategies"]
    assert list(figures) == names
    for one in figures.values():
        assert one["pairs"] == 8
        assert [one["patterns"][pattern]["pairs"] for pattern in PATTERNS] == [2, 2, 2, 2]
    assert figures["calibrated_v3"]["recall@5"] == 1.0  # of ten candidates
    assert set(Match.objects.values_list("strategy", flat=True)) == {"calibrated_v3"}
