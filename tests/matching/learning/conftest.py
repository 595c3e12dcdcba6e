"""What the tests of learning share."""

import importlib

import pytest


@pytest.fixture(scope="session", autouse=True)
def scikit_learn() -> None:
    """Loading it takes seconds, which are no test's own."""
    for module in ("sklearn.isotonic", "sklearn.linear_model", "sklearn.metrics"):
        importlib.import_module(module)
