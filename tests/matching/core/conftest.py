"""Hypothesis without a deadline: a busy machine is slow now and then, which is no failure."""

from hypothesis import settings

settings.register_profile("matching-core", deadline=None, max_examples=60)
settings.load_profile("matching-core")
