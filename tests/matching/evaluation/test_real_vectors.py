"""What matching reaches on real text vectors, where they lie beside the project."""

from pathlib import Path

import numpy as np
import pytest
from django.conf import settings

from matching.core.calibrated import CalibratedV3
from matching.core.statistics import build_profile
from matching.evaluation.benchmark import cold_start
from matching.evaluation.dataset import BenchmarkDataset
from matching.evaluation.metrics import measure
from matching.evaluation.ranking import rank_dataset

E5 = Path(settings.BASE_DIR).parent / "shared/data/real_text_worlds/e5_2024.npz"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not E5.exists(), reason=f"real text vectors are missing: {E5.name}"),
]


def test_learning_from_posts_holds_on_real_text_vectors() -> None:
    dataset = BenchmarkDataset.load(E5)
    ranking = rank_dataset(dataset, CalibratedV3(), cold_start(dataset))
    reached = measure(ranking, calibrated=True)
    assert reached["recall@1"] >= 0.72
    assert reached["ap"] >= 0.68
    assert reached["ece_top10"] <= 0.015
    assert reached["alerts"] <= 2.1
    assert reached["recall"] >= 0.72
    assert np.maximum(ranking.scores, 0.0).sum(axis=1).max() <= 1.0 + 1e-3
    lost, found = dataset.candidates("lost"), dataset.candidates("found")
    cold = build_profile(lost, found, dataset.categories)
    before = measure(rank_dataset(dataset, CalibratedV3(), cold), calibrated=True)
    assert reached["ap"] > before["ap"]
