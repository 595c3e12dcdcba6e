"""The memory of a worker and of a web process does not grow over time."""

import json
from typing import Final

from bench.rows import Row, at_most
from bench.site import run, scratch_site

NUMBER: Final = 1000
MOST_MB: Final = 12  # more at the end than after a third; a leak of 20 kB each would be 13
ENVIRONMENT: Final = {
    "MATCHING_ENCODER": "tests.support.fake_encoder.FakeEncoder",
    "ALLOWED_HOSTS": "testserver",
    "POSTS_PER_HOUR": "100000",
    "LOG_LEVEL": "ERROR",
    # Return freed memory at once, so that resident memory is memory in use.
    "MALLOC_TRIM_THRESHOLD_": "65536",
}


def memory_rows(quick: bool) -> list[Row]:
    """How much a process grows while it matches posts, or shows pages."""
    return [_row(what) for what in ("tasks", "pages")]


def _row(what: str) -> Row:
    with scratch_site(**ENVIRONMENT) as env:
        printed = run(env, "-m", "bench.busy_process", what, str(NUMBER))
    early, late = json.loads(printed.splitlines()[-1])
    label = f"growth of a process over {NUMBER} {what}"
    return at_most(label, MOST_MB, late - early, "MB", f"{early:.0f} MB after a third")
