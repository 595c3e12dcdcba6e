"""The matching side's examples, added to the schema of the whole API."""

from typing import Any

from lostfound.api.schema import Schema, with_examples
from matching.api.examples import EXAMPLES


def complete(result: Schema, generator: Any, request: Any, public: bool) -> Schema:
    """Give the components of matching their examples.

    A hook of drf-spectacular (POSTPROCESSING_HOOKS); the arguments are its own.
    """
    return with_examples(result, EXAMPLES)
