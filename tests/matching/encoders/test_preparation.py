"""Inputs stay as they were under new versions of libraries, or somebody is told."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from matching.conf import ONNX_FP32
from matching.encoders.base import current_fingerprint, forget_encoder, get_encoder
from matching.encoders.checkpoint import EncoderUnavailable
from matching.encoders.preparation import Preparation
from matching.models import Embedding, MatchingJob, RecordedPreparation
from matching.selectors import encoder_problem
from matching.services import embed_backlog, match_post, missing_posts
from matching.services.preparation import verify_preparation
from tests.support import exports
from tests.support.checkpoints import load
from tests.support.golden_inputs import BUNDLED, FAMILIES, checkpoint_of, golden_inputs
from tests.support.pipeline import make, matched

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("golden")
    return {family: checkpoint_of(family, root) for family in FAMILIES}


@pytest.fixture(autouse=True)
def fresh_encoder() -> Iterator[None]:
    forget_encoder()
    yield
    forget_encoder()


every_family = pytest.mark.parametrize("family", FAMILIES)


@every_family
def test_every_family_prepares_inputs_as_it_did(written: dict[str, Path], family: str) -> None:
    now, golden = Preparation.of(load(written[family])), golden_inputs(family)
    assert now.ids == golden["ids"]
    assert now.differences(Preparation(**golden)) == []
    assert len({tuple(ids) for ids in now.ids}) == len(now.ids)  # no two texts became one


@every_family
@pytest.mark.parametrize("change", ["filter", "mean", "shape", "token"])
def test_a_different_preparation_is_noticed(
    written: dict[str, Path], family: str, change: str
) -> None:
    encoder = load(written[family])
    golden = Preparation(**golden_inputs(family))
    if change == "token":
        encoder.text_input.reading = replace(encoder.text_input.reading, pad_id=7)
        assert "texts" in Preparation.of(encoder).differences(golden)
        return
    reading = encoder.image_reading
    if reading is None:  # NaFlex goes through the stock processor
        processor = encoder._processor
        processor.resample = 3 if change == "filter" else processor.resample
        processor.image_mean = [0.52] * 3 if change == "mean" else processor.image_mean
        processor.max_num_patches = 12 if change == "shape" else processor.max_num_patches
    elif change == "shape":
        edge, (height, width) = reading.edge_px, reading.crop_px
        crop = [height - 8, width]
        encoder.image_reading = replace(reading, edge_px=edge and edge + 2, crop_px=crop)
    else:
        bilinear = replace(reading, resample=2)
        brighter = replace(reading, shift=[shift + 0.02 for shift in reading.shift])
        encoder.image_reading = bilinear if change == "filter" else brighter
    assert Preparation.of(encoder).differences(golden) == ["photographs"]


def test_onnx_prepares_inputs_as_torch_does(tmp_path: Path, written: dict[str, Path]) -> None:
    (tmp_path / "var").mkdir()
    exports.export_only(tmp_path / "var", written[BUNDLED], tmp_path / "scratch")
    onnx = exports.load(tmp_path / "var", BUNDLED, ONNX_FP32)
    assert Preparation.of(onnx).differences(Preparation(**golden_inputs(BUNDLED))) == []


# --- On a site ---


@pytest.fixture
def other_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """A version that splits words differently: one token fewer at the end of each text."""
    before = Preparation.of

    def of(encoder: Any) -> Preparation:
        now = before(encoder)
        libraries = {**now.libraries, "tokenizers": "99.0"}
        return Preparation([ids[:-1] for ids in now.ids], now.pixels, libraries)

    monkeypatch.setattr(Preparation, "of", of)


@pytest.mark.django_db
def test_vectors_of_another_preparation_are_never_mixed(
    request: pytest.FixtureRequest, settings: Settings
) -> None:
    settings.MATCHING = {**settings.MATCHING, "STRATEGY": "clip_zeroshot_v1"}
    old = matched(title="검은 지갑")
    row = RecordedPreparation.objects.get()
    assert row.fingerprint == current_fingerprint()
    request.getfixturevalue("other_library")
    forget_encoder()
    new = make(title="파란 우산")
    assert match_post(new.pk) == "encoder unavailable"
    for part in ("tokenizers 99.0", f"tokenizers {row.inputs['libraries']['tokenizers']}"):
        assert part in encoder_problem()
    assert "texts" in encoder_problem() and "embed_posts --anew" in encoder_problem()
    with pytest.raises(EncoderUnavailable, match="embed_posts --anew"):
        embed_backlog(missing_posts(current_fingerprint()))
    assert Embedding.objects.count() == 1
    call_command("embed_posts", "--anew")
    assert set(Embedding.objects.values_list("post", flat=True)) == {old.pk, new.pk}
    assert RecordedPreparation.objects.get().inputs["libraries"]["tokenizers"] == "99.0"
    assert encoder_problem() == ""
    pending = MatchingJob.objects.filter(status=MatchingJob.Status.PENDING)
    assert set(pending.values_list("post", flat=True)) == {old.pk, new.pk}


@pytest.mark.django_db
def test_other_versions_with_the_same_inputs_change_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    verify_preparation(get_encoder())
    monkeypatch.setattr("matching.encoders.preparation.version", lambda name: "99.0")
    forget_encoder()
    verify_preparation(get_encoder())
    inputs = RecordedPreparation.objects.get().inputs
    assert json.dumps(inputs).count("99.0") == 0
