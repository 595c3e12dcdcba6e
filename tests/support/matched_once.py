"""Checks that a worker has matched fifty posts exactly once, with the expected pairs."""

from typing import Final

import numpy as np

from matching.core.strategies import ZEROSHOT_THRESHOLD
from tests.support.fake_encoder import FakeEncoder
from tests.support.save_posts import title_of
from tests.support.worker_site import WorkerSite

PAIRS: Final = 25  # of posts: fifty are saved


def expected_pairs() -> set[tuple[int, int]]:
    """Every pair that the strategy suggests, computed without the pipeline."""
    vecs = FakeEncoder().encode_texts([title_of(pair) for pair in range(PAIRS)])
    rows, columns = np.nonzero(vecs @ vecs.T >= ZEROSHOT_THRESHOLD)
    return set(zip(rows.tolist(), columns.tolist(), strict=True))


def check_all_matched_once(site: WorkerSite) -> None:
    """Each outbox row is done, and each expected pair exists exactly once."""
    site.wait_until_matched(2 * PAIRS)
    states = site.rows("SELECT status, COUNT(*) FROM matching_matchingjob GROUP BY 1")
    assert states == [("done", 2 * PAIRS)]
    held = "SELECT COUNT(*) FROM matching_matchingjob WHERE token IS NOT NULL OR worker != ''"
    assert site.rows(held) == [(0,)]
    vectors = site.rows("SELECT post_id, COUNT(*) FROM matching_embedding GROUP BY 1")
    assert sorted(count for _, count in vectors) == [1] * (2 * PAIRS)
    number = {title_of(pair): pair for pair in range(PAIRS)}
    pairs = site.rows(
        "SELECT lost.title, found.title, status_of.status FROM matching_match AS status_of "
        "JOIN lostfound_post AS lost ON lost.id = lost_id "
        "JOIN lostfound_post AS found ON found.id = found_id"
    )
    assert {status for *_, status in pairs} == {"suggested"}
    numbers = [(number[lost], number[found]) for lost, found, _ in pairs]
    assert len(numbers) == len(set(numbers))
    assert set(numbers) == expected_pairs()
