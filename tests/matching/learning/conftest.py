"""What the tests of learning share."""

import importlib

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(scope="session", autouse=True)
def scikit_learn() -> None:
    """Loading it takes seconds, which are no test's own; it brings a pool of threads of its own."""
    for module in ("sklearn.isotonic", "sklearn.linear_model", "sklearn.metrics"):
        importlib.import_module(module)
    threadpool_limits(1, user_api="blas")
