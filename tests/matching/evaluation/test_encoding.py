"""`encode_dataset`: the same posts by other models."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from matching.encoders.prompts import category_prompts
from matching.evaluation.dataset import BenchmarkDataset
from matching.evaluation.simulator import BASE, simulate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake_encoder")]
SMALL = replace(BASE, lost=6, found=9, pairs=5, dim=48, categories=12, families=4)
TEXTS = {
    "lost": ["검은 Sony 헤드폰", *(f"blue umbrella {number}" for number in range(5))],
    "found": ["소니 헤드셋", *(f"red wallet {number}" for number in range(7)), "кошелёк"],
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    plain = simulate(SMALL, 1)
    bare = replace(
        plain,
        image_lost=np.full_like(plain.image_lost, np.nan),
        image_found=np.full_like(plain.image_found, np.nan),
    )
    path = tmp_path / "world.npz"
    bare.save(path)
    path.with_suffix(".json").write_text(json.dumps(TEXTS))
    return path


def encoded(path: Path) -> BenchmarkDataset:
    out = path.with_name("encoded.npz")
    call_command("encode_dataset", str(path), str(out), verbosity=0)
    return BenchmarkDataset.load(out)


def test_texts_and_categories_get_vectors_of_the_sites_model(path: Path, fake_encoder: Any) -> None:
    dataset, before = encoded(path), BenchmarkDataset.load(path)
    assert np.allclose(dataset.text_lost, fake_encoder.encode_texts(TEXTS["lost"]), atol=1e-6)
    assert np.isnan(dataset.text_found[-1]).all()  # which the encoder cannot read
    assert dataset.prompts.shape == (len(category_prompts()), 32)
    assert dataset.family.max() < len(dataset.family)
    assert np.array_equal(dataset.pair_lost, before.pair_lost)
    assert dataset.sentence_lost is None
    assert (dataset.brand_lost[0], dataset.brand_found[0]) == ("sony", "sony")  # type: ignore[index]
    assert dataset.features("found")[-1].text_vec is None


def test_a_second_model_adds_its_own(path: Path, settings: Any) -> None:
    second = {
        "TEXT_MODEL": "campus/second",
        "TEXT_ENCODER": "tests.matching.services.test_second_text.FakeTextEncoder",
    }
    settings.MATCHING = {**settings.MATCHING, **second}
    dataset = encoded(path)
    assert np.allclose(dataset.sentence_lost, np.roll(dataset.text_lost, 1, axis=1), atol=1e-6)  # type: ignore[arg-type]


def test_what_cannot_be_encoded_is_refused(path: Path, tmp_path: Path) -> None:
    with_photographs = tmp_path / "photographs.npz"
    simulate(SMALL, 1).save(with_photographs)
    with pytest.raises(CommandError, match="photographs"):
        call_command("encode_dataset", str(with_photographs), str(tmp_path / "out.npz"))
    path.with_suffix(".json").unlink()
    with pytest.raises(CommandError, match=r"\.json"):
        call_command("encode_dataset", str(path), str(tmp_path / "out.npz"))
    with pytest.raises(CommandError, match=r"\.npz"):
        call_command("encode_dataset", str(path), str(tmp_path / "out.txt"))
    assert not (tmp_path / "out.npz").exists()
