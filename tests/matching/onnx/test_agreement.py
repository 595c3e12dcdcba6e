"""How two engines are compared: the worst vector, and changes of the top result."""

import numpy as np
import pytest

from matching.core.vectors import unit
from matching.onnx.agreement import TIE, agreement


def vecs(n: int, seed: int = 0) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=(n, 16)))


def test_the_same_vectors_agree() -> None:
    texts, images = vecs(5), vecs(7, 1)
    found = agreement(texts, images, texts, images)
    assert found.lowest == pytest.approx(1.0)
    assert (found.queries, found.moved) == (5 + 5 + 7 + 7, 0)


def test_one_vector_that_is_off_is_seen() -> None:
    texts, images = vecs(5), vecs(7, 1)
    off = images.copy()
    off[3] = vecs(1, 9)[0]
    found = agreement(texts, images, texts, off)
    assert found.text == pytest.approx(1.0)
    assert found.image == found.lowest == pytest.approx(float(images[3] @ off[3]), abs=1e-6)
    assert found.moved


def test_changes_of_the_top_result_count_except_for_ties() -> None:
    query = unit(np.array([[1.0, 0.0, 0.0]]))

    def near(first: float, second: float) -> np.ndarray:
        heights = np.array([first, second])
        return np.stack([heights, np.sqrt(1 - heights**2), np.zeros(2)], axis=1).astype(np.float32)

    for gap, moved in ((TIE / 2, 0), (TIE * 2, 1)):
        before, after = near(0.8 + gap, 0.8), near(0.8, 0.8 + gap)
        found = agreement(query, before, query, after)
        assert found.moved == moved


def test_nan_never_agrees() -> None:
    texts, images = vecs(4), vecs(4, 1)
    broken = texts.copy()
    broken[2] = np.nan
    found = agreement(texts, images, broken, images)
    assert found.lowest == -1.0
    assert found.moved


@pytest.mark.parametrize(("n", "m"), [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_tiny_samples_can_be_compared(n: int, m: int) -> None:
    texts, images = vecs(n), vecs(m, 1)
    found = agreement(texts, images, texts, images)
    assert found.lowest == pytest.approx(1.0)
    assert found.queries == (2 if n and m else 0)
