"""The rules for a pair's status after it has been scored."""

from dataclasses import replace

import pytest
from pytest_django import Settings

from lostfound.services import close_post, edit_post, reopen_post
from matching.core.types import Score
from matching.models import Match
from matching.services import match_post, reject_match, retry_matching, sweep
from matching.services.pair_status import ScoredPair, is_news, next_status, reaches
from tests.support.factories import StaffFactory
from tests.support.pipeline import found, matched, pair_of

SAME, OTHER = "same evidence", "other evidence"
# Status before -> after, for a pair that: reaches and is listed; reaches only; does not reach;
# reaches, is listed, and is excluded.
TABLE: dict[str | None, tuple[str | None, str | None, str | None, str | None]] = {
    None: ("suggested", None, None, "gated"),
    "suggested": ("suggested", "suggested", "withdrawn", "gated"),
    "gated": ("suggested", "suggested", "withdrawn", "gated"),
    "withdrawn": ("suggested", None, None, "gated"),
    "set_aside": ("suggested", "suggested", "withdrawn", "gated"),
    "confirmed": (None, None, None, None),
    "rejected": (None, None, None, None),
    "drawn": ("suggested", "suggested", "drawn", "gated"),
    "candidate": ("suggested", "suggested", "withdrawn", "gated"),
}
# The same where pairs compete: one below the threshold is kept, if its post lists it.
COMPETING = TABLE | {
    "suggested": ("suggested", "suggested", "candidate", "gated"),
    "gated": ("suggested", "suggested", "candidate", "gated"),
    "set_aside": ("suggested", "suggested", "candidate", "gated"),
    "candidate": ("suggested", "suggested", "candidate", "gated"),
}
CASES = [(True, True, False), (True, False, False), (False, False, False), (True, True, True)]


def scored(reaches: bool, is_listed: bool, is_excluded: bool, evidence: str = SAME) -> ScoredPair:
    score = Score(post_id=1, score=0.7, exclusions=("same_author",) if is_excluded else ())
    return ScoredPair(score, evidence, reaches=reaches, is_listed=is_listed)


def stored(status: str | None) -> Match | None:
    return Match(status=status, evidence_hash=SAME) if status else None


def test_the_table_knows_every_status() -> None:
    assert set(TABLE) == {None, *Match.Status.values}


@pytest.mark.parametrize("before", TABLE)
def test_the_next_status_of_a_pair(before: str | None) -> None:
    found = tuple(next_status(stored(before), scored(*case)) for case in CASES)
    assert found == TABLE[before]


@pytest.mark.parametrize("before", COMPETING)
def test_the_next_status_of_a_pair_that_competes(before: str | None) -> None:
    pairs = [replace(scored(*case), competes=True) for case in CASES]
    assert tuple(next_status(stored(before), pair) for pair in pairs) == COMPETING[before]
    below = replace(scored(False, True, False), competes=True)
    if before in (None, "withdrawn"):
        assert next_status(stored(before), below) == "candidate"


def test_a_suggestion_stays_until_it_is_clearly_below_the_threshold() -> None:
    assert reaches(None, 0.1, 0.1) and not reaches(None, 0.09, 0.1)
    assert reaches("suggested", 0.06, 0.1) and not reaches("suggested", 0.04, 0.1)


def test_a_rejected_pair_comes_back_with_other_evidence_only_where_it_would_be_suggested() -> None:
    found = [next_status(stored("rejected"), scored(*case, OTHER)) for case in CASES]
    assert found == ["suggested", None, None, None]


@pytest.mark.parametrize("case", CASES)
def test_a_confirmed_pair_is_left_alone_whatever_changes(case: tuple[bool, bool, bool]) -> None:
    assert next_status(stored("confirmed"), scored(*case, OTHER)) is None


def test_only_unseen_pairs_are_new_for_staff() -> None:
    news = {before for before in TABLE if is_news(before, "suggested")}
    assert news == {None, "gated", "withdrawn", "rejected", "confirmed", "drawn", "candidate"}
    assert not any(is_news(before, "gated") for before in TABLE)


def test_a_pair_is_sampled_once_and_waits_even_after_it_was_set_aside() -> None:
    sampled = replace(scored(False, False, False), is_sampled=True)
    assert next_status(None, sampled) == "drawn"
    for before in ("withdrawn", "rejected", "confirmed"):
        assert next_status(stored(before), sampled) in (None, "withdrawn")
    shelved = Match(status="set_aside", evidence_hash=SAME, sampling_probability=0.1)
    assert next_status(shelved, scored(False, False, False)) == "drawn"


# --- The same through the whole pipeline ---

pipeline = pytest.mark.usefixtures("db", "fake_encoder")


@pipeline
def test_a_rejected_pair_stays_away_until_its_evidence_changes() -> None:
    lost, other = matched(), found()
    reject_match(pair_of(lost, other), actor=StaffFactory.create())
    for post in (lost, other):
        retry_matching([post])
        match_post(post.pk)
        assert pair_of(lost, other).status == "rejected"
    edit_post(other, actor=other.author, fields={"kept_note": "another shelf"})
    match_post(other.pk)
    assert pair_of(lost, other).status == "rejected"  # where it is kept is no evidence
    edit_post(other, actor=other.author, fields={"description": "ribbon"})
    match_post(other.pk)
    assert pair_of(lost, other).status == "suggested"


@pipeline
def test_a_rejected_pair_does_not_come_back_by_closing_or_by_another_strategy(
    settings: Settings,
) -> None:
    lost, other = matched(), found()
    reject_match(pair_of(lost, other), actor=StaffFactory.create())
    close_post(other, actor=other.author)
    reopen_post(other, actor=other.author)
    match_post(other.pk)
    assert pair_of(lost, other).status == "rejected"
    settings.MATCHING = {**settings.MATCHING, "STRATEGY": "clip_zeroshot_v1"}
    sweep()
    assert [match_post(post.pk) for post in (lost, other)] == ["matched", "matched"]
    assert pair_of(lost, other).status == "rejected"


@pipeline
def test_a_rejected_pair_whose_new_evidence_is_weaker_stays_away() -> None:
    lost, other = matched(), found()
    reject_match(pair_of(lost, other), actor=StaffFactory.create())
    edit_post(other, actor=other.author, fields={"title": "brown leather wallet cards"})
    match_post(other.pk)
    assert pair_of(lost, other).status == "rejected"
