"""Unit vectors and cosines."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from matching.core.vectors import cosine, dots, known, means_of_known, row_dots, unit

FLOATS = st.floats(-1e6, 1e6, width=32)
MATRICES = hnp.arrays(np.float32, hnp.array_shapes(min_dims=2, max_dims=2), elements=FLOATS)


@given(MATRICES)
def test_unit_gives_length_one_or_keeps_zero(vecs: np.ndarray) -> None:
    lengths = np.linalg.norm(unit(vecs), axis=1)
    is_zero = ~vecs.any(axis=1)
    assert np.allclose(lengths[~is_zero], 1.0, atol=1e-5)
    assert not lengths[is_zero].any()


def test_unit_survives_tiny_and_huge_numbers() -> None:
    vecs = np.array([[1e-38, 0.0], [3e38, 3e38]], dtype=np.float32)
    assert np.allclose(unit(vecs), [[1.0, 0.0], [0.5**0.5, 0.5**0.5]])


def test_unit_keeps_a_missing_row_missing() -> None:
    assert np.isnan(unit(np.array([[np.nan, np.nan]], dtype=np.float32))).all()


@given(MATRICES)
def test_cosine_agrees_with_a_naive_loop(vecs: np.ndarray) -> None:
    query = vecs[0]
    expected = []
    for vec in vecs.astype(np.float64):
        length = np.linalg.norm(query.astype(np.float64)) * np.linalg.norm(vec)
        expected.append(float(query.astype(np.float64) @ vec / length) if length else 0.0)
    got = cosine(query, vecs)
    assert got.dtype == np.float32
    assert np.allclose(got, expected, atol=1e-5)
    assert (np.abs(got) <= 1.0).all()


def test_a_row_has_the_same_product_at_every_position() -> None:
    rng = np.random.default_rng(0)
    vecs = rng.normal(size=(501, 96)).astype(np.float32)
    order = rng.permutation(len(vecs))
    products = dots(vecs[7], vecs)
    assert (dots(vecs[7], vecs[order]) == products[order]).all()
    assert dots(vecs[7], vecs[3:4])[0] == products[3]
    assert np.allclose(row_dots(vecs, vecs), (vecs * vecs).sum(axis=1), rtol=1e-4)


def test_means_leave_out_what_has_no_vector() -> None:
    vecs = np.array([[1, 0], [0, 0], [0, 0], [0, 1], [1, 0]], dtype=np.float32)
    half = 0.5**0.5
    # The second run has none, and gets the mean of all others: (2, 1) at unit length.
    expected = [[1, 0], [0.8**0.5, 0.2**0.5], [half, half]]
    assert np.allclose(means_of_known(vecs, [2, 1, 2]), expected)
    assert not means_of_known(np.zeros((2, 3), dtype=np.float32), [1, 1]).any()
    assert known(vecs[1]) is None and known(vecs[0]) is not None
