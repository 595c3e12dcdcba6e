"""Adds the examples of the matching side to the API schema."""

from typing import Any

from lostfound.api.schema import Schema, with_examples
from matching.api.examples import EXAMPLES


def complete(result: Schema, generator: Any, request: Any, public: bool) -> Schema:
    """Add examples to the components of matching.

    A hook of drf-spectacular (POSTPROCESSING_HOOKS), which determines the arguments.
    """
    return with_examples(result, EXAMPLES)
