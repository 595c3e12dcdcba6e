"""A loss that may have been on several days, or whose day is unknown."""

import dataclasses

import numpy as np
import pytest

from matching.core.calibrated import CalibratedV3
from matching.core.duplicates import score_duplicates
from matching.core.exclusions import found_before_lost
from matching.core.found_days import EARLIEST_DAYS
from matching.core.profile import ScoringProfile
from matching.core.statistics import CategorySet, build_profile
from matching.core.types import Candidates, PostFeatures, ScoringContext
from matching.evaluation.dataset import BenchmarkDataset
from matching.evaluation.simulator import BASE, simulate

V3 = CalibratedV3()
SMALL = dataclasses.replace(BASE, lost=60, found=120, pairs=50, dim=48, categories=12, families=4)


@pytest.fixture(scope="module")
def dataset() -> BenchmarkDataset:
    return simulate(SMALL, 5)


@pytest.fixture(scope="module")
def profile(dataset: BenchmarkDataset) -> ScoringProfile:
    return build_profile(
        dataset.candidates("lost"), dataset.candidates("found"), dataset.categories
    )


def pair_of(dataset: BenchmarkDataset) -> tuple[PostFeatures, PostFeatures]:
    row = int(dataset.pair_lost[0]), int(dataset.pair_found[0])
    return dataset.features("lost")[row[0]], dataset.features("found")[row[1]]


def share_of(profile: ScoringProfile, lost: PostFeatures, found: PostFeatures) -> float:
    """What prior and days say of the pair: the odds that it is among all eligible ones."""
    candidates = Candidates.from_features([found], profile.dim)
    terms = V3.score(lost, candidates, ScoringContext(profile=profile)).at(0).terms
    return float(np.exp((terms["prior"] or 0.0) + (terms["time"] or 0.0)))


def test_a_range_is_between_its_days_and_the_same_from_either_side(
    dataset: BenchmarkDataset, profile: ScoringProfile
) -> None:
    lost, found = pair_of(dataset)
    assert found.day is not None
    day = float(int(found.day))
    found = dataclasses.replace(found, day=day)
    of_days = [
        share_of(profile, dataclasses.replace(lost, day=day - ago), found) for ago in range(6)
    ]
    lost = dataclasses.replace(lost, day=day - 5, last_day=day)
    together = share_of(profile, lost, found)
    assert min(of_days) < together < max(of_days)
    assert together == pytest.approx(np.mean(of_days), rel=0.2)
    assert share_of(profile, found, lost) == pytest.approx(together, rel=1e-6)
    alone = dataclasses.replace(lost, last_day=lost.day)
    assert share_of(profile, alone, found) == of_days[5]


def test_all_found_posts_of_the_days_share_what_there_is(profile: ScoringProfile) -> None:
    dim = profile.dim
    none = np.zeros((0, dim), dtype=np.float32)
    found = [
        PostFeatures(number, "found", None, none, day=float(number % 40)) for number in range(200)
    ]
    lost = PostFeatures(999, "lost", None, none, day=8.0, last_day=23.0)
    columns = Candidates.from_features(found, dim)
    categories = CategorySet(profile.categories, profile.families, profile.prompt_vecs)
    of_site = build_profile(Candidates.from_features([lost], dim), columns, categories)
    terms = V3.score(lost, columns, ScoringContext(profile=of_site)).terms
    odds = np.exp(terms["prior"] + terms["time"])
    share = of_site.loss_patterns.match_share
    # Some of it is kept for finds of the coming days.
    assert 0.9 * share / (1 - share) < odds.sum() <= share / (1 - share) * 1.001


def test_an_unknown_day_says_nothing_and_excludes_nothing(
    dataset: BenchmarkDataset, profile: ScoringProfile
) -> None:
    lost, found = pair_of(dataset)
    unknown = dataclasses.replace(lost, day=None)
    old = dataclasses.replace(found, day=(found.day or 0.0) - 400.0)
    candidates = Candidates.from_features([found, old], profile.dim)
    scores = V3.score(unknown, candidates, ScoringContext(profile=profile))
    assert np.isnan(scores.terms["time"]).all() and np.isfinite(scores.score).all()
    assert not scores.exclusions["found_before_lost"].any()
    assert scores.score[0] == pytest.approx(scores.score[1])


@pytest.mark.parametrize("query_is_lost", [True, False])
def test_only_a_find_before_every_possible_day_is_excluded(query_is_lost: bool) -> None:
    none = np.zeros((0, 2), dtype=np.float32)
    lost = PostFeatures(1, "lost", None, none, day=30.0, last_day=60.0)
    for day, is_excluded in ((30 + EARLIEST_DAYS - 1, True), (30 + EARLIEST_DAYS, False)):
        found = PostFeatures(2, "found", None, none, day=day)
        query, other = (lost, found) if query_is_lost else (found, lost)
        mask = found_before_lost(query, Candidates.from_features([other], 2), -EARLIEST_DAYS)
        assert mask.tolist() == [is_excluded]


def test_duplicates_of_overlapping_days_are_of_one_day(
    dataset: BenchmarkDataset, profile: ScoringProfile
) -> None:
    first = dataclasses.replace(dataset.features("lost")[0], day=100.0)
    others = [
        dataclasses.replace(first, post_id=-500 - number, day=day, last_day=last)
        for number, (day, last) in enumerate(
            [(100.0, None), (90.0, 104.0), (104.0, None), (104.0, 110.0), (80.0, 96.0)]
        )
    ]
    scores = score_duplicates(first, Candidates.from_features(others, profile.dim), profile)
    time = dict(zip(scores.post_ids.tolist(), scores.terms["time"].tolist(), strict=True))
    assert time[-501] == time[-500] > time[-502] == time[-503] == time[-504]


def test_a_dataset_may_have_ranges(
    dataset: BenchmarkDataset, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("days") / "ranges.npz"
    last = np.full(len(dataset.day_lost), np.nan)
    last[3] = dataset.day_lost[3] + 4.0
    dataclasses.replace(dataset, last_day_lost=last).save(path)
    loaded = BenchmarkDataset.load(path)
    columns = loaded.candidates("lost")
    assert columns.last_days[3] - columns.days[3] == 4.0
    assert (np.delete(columns.last_days, 3) == np.delete(columns.days, 3)).all()
    assert BenchmarkDataset.load(path).features("lost")[2].last_day is None
