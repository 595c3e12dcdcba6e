"""Benchmark files and simulated datasets: round trip, validation, and realism."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matching.core.calibrated import CalibratedV3
from matching.core.profile import ScoringProfile
from matching.core.statistics import build_profile
from matching.core.types import ScoringContext
from matching.evaluation.dataset import BenchmarkDataset
from matching.evaluation.dataset_file import ARRAYS, DatasetFileError
from matching.evaluation.simulator import BASE, HARD, SIMULATIONS, measured, simulate

TINY = {"lost": 6, "found": 9, "pairs": 5, "dim": 8, "categories": 4, "families": 2}


def tiny(seed: int = 0) -> BenchmarkDataset:
    return simulate(replace(BASE, **TINY), seed)


def written(folder: Path, **changed: Any) -> Path:
    """A file with some arrays changed; None omits one."""
    dataset = tiny()
    arrays = {name: getattr(dataset, name) for name in ARRAYS} | changed
    path = folder / "dataset.npz"
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    return path


def test_a_dataset_is_read_as_it_was_written(tmp_path: Path) -> None:
    dataset, path = tiny(), tmp_path / "dataset.npz"
    dataset.save(path)
    again = BenchmarkDataset.load(path)
    for name in ARRAYS:
        assert np.allclose(getattr(again, name), getattr(dataset, name), atol=1e-6, equal_nan=True)


def test_two_encoders_lay_their_vectors_apart(tmp_path: Path) -> None:
    """Photographs of another encoder, with longer vectors, are never compared with texts."""
    dataset = tiny()
    wide = {}
    for name in ("image_lost", "image_found"):
        vecs = getattr(dataset, name)
        wide[name] = np.pad(vecs, ((0, 0), (0, 4)))
        wide[name][np.isnan(vecs[:, 0])] = np.nan
    path = written(tmp_path, **wide, separate_spaces=np.array(True))
    apart = BenchmarkDataset.load(path)
    assert not apart.share_space
    assert apart.text_lost.shape[1] == apart.image_found.shape[1] == 8 + 12
    here = ~np.isnan(apart.image_lost[:, 0])
    assert here.tolist() == (~np.isnan(dataset.image_lost[:, 0])).tolist()
    assert not (apart.text_lost @ apart.image_lost[here].T).any()
    profile = build_profile(apart.candidates("lost"), apart.candidates("found"), apart.categories)
    assert not ScoringProfile.from_bytes(profile.to_bytes()).share_space
    context = ScoringContext(profile=profile)
    scores = CalibratedV3().score(apart.features("lost")[0], apart.candidates("found"), context)
    assert np.isnan(scores.terms["text_image"]).all() and np.isnan(scores.terms["image_text"]).all()
    assert not np.isnan(scores.terms["text_text"]).any()
    apart.save(path)
    assert not BenchmarkDataset.load(path).share_space


def test_colours_are_those_of_the_file_or_those_that_texts_name(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert BenchmarkDataset.load(path).features("lost")[0].colour is None
    texts = {"lost": ["파란 우산", *["우산"] * 5], "found": ["red cap"] * 9}
    path.with_suffix(".json").write_text(json.dumps(texts))
    named = BenchmarkDataset.load(path)
    assert [post.colour for post in named.features("lost")] == ["blue", *[None] * 5]
    assert {post.colour for post in named.features("found")} == {"red"}
    written(tmp_path, colour_found=np.array(["green"] * 9))
    assert {post.colour for post in BenchmarkDataset.load(path).features("found")} == {"green"}
    path.with_suffix(".json").write_text("[]")
    with pytest.raises(DatasetFileError, match="no texts of lost and found posts"):
        BenchmarkDataset.load(path)


def test_a_seed_determines_the_dataset() -> None:
    assert np.array_equal(tiny(1).text_lost, tiny(1).text_lost)
    assert not np.array_equal(tiny(1).text_lost, tiny(2).text_lost)


def longer(name: str) -> Any:
    array = getattr(tiny(), name).copy()
    array[2] *= 1.5
    return array


def changed(name: str, row: int, value: Any) -> Any:
    array = getattr(tiny(), name).copy()
    array[row] = value
    return array


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"zone": None}, "'zone' is missing"),
        ({"text_found": np.zeros((3, 5), np.float32)}, r"text_found: .*\(n, 8\).*\(3, 5\)"),
        ({"image_lost": np.zeros((3, 8), np.float32)}, r"image_lost: .*\(6, 8\)"),
        ({"text_lost": longer("text_lost")}, "text_lost: row 2 is not a unit vector"),
        ({"text_lost": changed("text_lost", 1, 0.5)}, "text_lost: row 1"),
        ({"image_found": changed("image_found", 2, 0.5)}, "image_found: row 2 is not a unit"),
        ({"text_lost": changed("text_lost", 4, 0.0)}, "text_lost: row 4"),
        ({"category_lost": changed("category_lost", 3, 4)}, "category_lost: row 3 is 4"),
        ({"category_lost": changed("category_lost", 3, -2)}, "category_lost: row 3 is -2"),
        ({"place_found": changed("place_found", 0, 40)}, "place_found: row 0 is 40"),
        ({"pair_found": changed("pair_found", 1, 9)}, "pair_found: row 1 is 9"),
        ({"pair_lost": np.arange(4)}, r"pair_found: expected numbers of shape \(4,\)"),
        ({"pair_lost": np.array([0.5, 1, 2, 3, 4])}, "pair_lost: row 0 is 0.5"),
        ({"day_lost": changed("day_lost", 2, np.inf)}, "day_lost: row 2 is infinite"),
        (
            {"prompts": np.zeros((0, 8), np.float32)},
            "prompts: expected at least one category, found none",
        ),
        ({"family": np.array(["a", "b", "c", "d"])}, "family: expected numbers"),
    ],
)
def test_a_wrong_file_is_reported_in_one_line_with_array_and_row(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(DatasetFileError, match=message) as refused:
        BenchmarkDataset.load(written(tmp_path, **change))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", [None, b"", b"no archive", b"PK\x05\x06" + bytes(18)])
def test_a_file_that_is_not_npz_is_reported(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "broken.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DatasetFileError, match=r"broken\.npz") as refused:
        BenchmarkDataset.load(path)
    assert "\n" not in str(refused.value)


def test_code_in_a_file_is_not_executed(tmp_path: Path) -> None:
    path = written(tmp_path, zone=np.array([{"a": 1}], dtype=object))
    with pytest.raises(DatasetFileError):
        BenchmarkDataset.load(path)


@pytest.mark.slow
def test_the_base_dataset_resembles_real_photographs() -> None:
    """Ten datasets: the figures that the constants were fitted to, within the spread of seeds."""
    datasets = [measured(BASE, seed) for seed in range(10)]
    mean = {name: float(np.mean([one[name] for one in datasets])) for name in datasets[0]}
    assert mean["different_mean"] == pytest.approx(0.576, abs=0.01)
    assert mean["different_sd"] == pytest.approx(0.094, abs=0.01)
    assert mean["same_mean"] == pytest.approx(0.672, abs=0.012)
    assert mean["same_sd"] == pytest.approx(0.098, abs=0.01)
    assert mean["different_above_065"] == pytest.approx(0.216, abs=0.025)
    assert mean["text_image@1"] == pytest.approx(0.19, abs=0.04)
    assert mean["text_image@5"] == pytest.approx(0.39, abs=0.05)


@pytest.mark.parametrize("name", ["base", "hard", "mislabelled", "backlog"])
def test_a_datasets_posts_follow_its_settings(name: str) -> None:
    settings = SIMULATIONS[name]
    dataset = simulate(settings, 5)
    own = dataset.category_found[dataset.pair_found]
    labelled = (own >= 0) & (dataset.category_lost[dataset.pair_lost] >= 0)
    agree = (own == dataset.category_lost[dataset.pair_lost])[labelled].mean()
    assert agree == pytest.approx((1 - settings.wrong_label) ** 2, abs=0.08)
    photos = (
        (~np.isnan(dataset.image_lost[:, 0])).mean(),
        (~np.isnan(dataset.image_found[:, 0])).mean(),
    )
    assert photos == pytest.approx((0.35, 0.75), abs=0.06)
    days = dataset.day_found[dataset.pair_found] - dataset.day_lost[dataset.pair_lost]
    assert days[days >= 0].mean() == pytest.approx(settings.delay_days, rel=0.2)


def test_old_found_things_stand_beside_those_of_the_period() -> None:
    settings = SIMULATIONS["backlog"]
    dataset = simulate(settings, 5)
    old = dataset.day_found < -settings.delay_days
    assert old.sum() == pytest.approx(settings.backlog_found, rel=0.03)
    assert not old[dataset.pair_found].any()


def test_nobody_has_a_photograph_in_the_world_of_words() -> None:
    dataset = simulate(SIMULATIONS["words"], 5)
    assert np.isnan(dataset.image_lost).all() and np.isnan(dataset.image_found).all()


def test_the_hard_dataset_is_harder() -> None:
    assert HARD.wrong_label > BASE.wrong_label and HARD.delay_days > BASE.delay_days
    assert measured(HARD, 0)["text_image@5"] < measured(BASE, 0)["text_image@5"]
