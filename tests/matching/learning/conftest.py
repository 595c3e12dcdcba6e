"""Fixtures of the learning tests."""

import importlib

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(scope="session", autouse=True)
def scikit_learn() -> None:
    """Import it once: that takes seconds, and starts its own pool of threads."""
    for module in ("sklearn.isotonic", "sklearn.linear_model", "sklearn.metrics"):
        importlib.import_module(module)
    threadpool_limits(1, user_api="blas")
