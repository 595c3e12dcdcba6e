"""Checkpoints of both families, written to disk with random weights and loaded as in production."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from matching.encoders import base
from matching.encoders.base import EncoderUnavailable
from tests.support import checkpoints
from tests.support.checkpoints import load

pytestmark = pytest.mark.model

TEXTS = ["검은색 지갑", "black wallet", "파란 우산을 찾습니다 blue umbrella"]
COLOURS = ["red", "lime", "blue"]


@pytest.fixture(autouse=True)
def same_threads() -> Iterator[None]:
    import torch

    threads = torch.get_num_threads()
    yield
    base.forget_encoder()
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("checkpoints")
    return {family: write(root / family) for family, (write, _) in checkpoints.WRITERS.items()}


def pictures() -> list[Image.Image]:
    return [Image.new("RGB", (60, 40), colour) for colour in COLOURS]


every_family = pytest.mark.parametrize("family", list(checkpoints.WRITERS))


# --- Both families ---


@every_family
def test_vectors_are_unit_finite_and_tell_inputs_apart(
    written: dict[str, Path], family: str
) -> None:
    loaded = load(written[family])
    assert loaded.dim == checkpoints.WRITERS[family][1]
    for vecs in (loaded.encode_texts(TEXTS), loaded.encode_images(pictures())):
        assert vecs.dtype == np.float32
        assert vecs.shape == (3, loaded.dim)
        assert np.allclose(np.linalg.norm(vecs, axis=1), 1.0, atol=1e-5)
        assert (vecs @ vecs.T)[np.triu_indices(3, 1)].max() < 0.99999


@every_family
def test_an_encoder_loaded_again_gives_the_same_vectors(
    written: dict[str, Path], family: str
) -> None:
    one, other = load(written[family]), load(written[family])
    assert one.fingerprint == other.fingerprint
    assert one.fingerprint.startswith(f"{family}-")
    assert (one.encode_texts(TEXTS) == other.encode_texts(TEXTS)).all()
    assert (one.encode_images(pictures()) == other.encode_images(pictures())).all()


@every_family
def test_a_vector_does_not_depend_on_the_batch(written: dict[str, Path], family: str) -> None:
    loaded = load(written[family])
    texts = [f"{text} {number}" for number in range(15) for text in TEXTS]  # more than one batch
    together = loaded.encode_texts(texts)
    apart = np.concatenate([loaded.encode_texts([text]) for text in texts])
    assert np.allclose(together, apart, atol=1e-5)
    images = [Image.new("RGB", (20 + 9 * n, 40), COLOURS[n % 3]) for n in range(10)]
    together = loaded.encode_images(images)
    apart = np.concatenate([loaded.encode_images([image]) for image in images])
    assert np.allclose(together, apart, atol=1e-5)


@every_family
@pytest.mark.parametrize(
    "text",
    ["", "   \n", "😀🐶", "가" * 5000, "word " * 5000, "\ud83d", "\x00", "<end> <eos> <pad>"],
    ids=["empty", "blank", "emoji", "5000 letters", "5000 words", "surrogate", "nul", "special"],
)
def test_odd_texts_give_a_vector(written: dict[str, Path], family: str, text: str) -> None:
    vecs = load(written[family]).encode_texts([text, "지갑"])
    assert np.allclose(np.linalg.norm(vecs, axis=1), 1.0, atol=1e-5)


@every_family
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "1", "CMYK", "I;16"])
def test_odd_photographs_give_a_vector(written: dict[str, Path], family: str, mode: str) -> None:
    sizes = [(1, 1), (3, 50), (1, 5000), (5000, 2), (200, 200)]
    vecs = load(written[family]).encode_images([Image.new(mode, size) for size in sizes])
    assert np.allclose(np.linalg.norm(vecs, axis=1), 1.0, atol=1e-5)


@every_family
def test_nothing_gives_no_vectors_and_no_forward(written: dict[str, Path], family: str) -> None:
    loaded = load(written[family])
    assert loaded.encode_texts([]).shape == loaded.encode_images([]).shape == (0, loaded.dim)
    assert loaded.forward_counts == {"text": 0, "image": 0}


@every_family
def test_forwards_are_counted_by_what_went_through(written: dict[str, Path], family: str) -> None:
    loaded = load(written[family])
    loaded.encode_texts(TEXTS * 20)
    loaded.encode_images(pictures())
    assert loaded.forward_counts == {"text": 60, "image": 3}


@every_family
def test_decomposed_hangul_and_spaces_change_nothing(written: dict[str, Path], family: str) -> None:
    import unicodedata

    loaded = load(written[family])
    composed, decomposed = loaded.encode_texts(
        ["검은 지갑", unicodedata.normalize("NFD", " 검은 \n\t 지갑 ")]
    )
    assert (composed == decomposed).all()


# --- CLIP ---


def test_clip_reads_the_projected_end_token(written: dict[str, Path]) -> None:
    import torch
    from transformers import AutoTokenizer, CLIPModel

    model = CLIPModel.from_pretrained(written["clip"]).eval()  # type: ignore[no-untyped-call]
    tokenizer = AutoTokenizer.from_pretrained(written["clip"])
    ids = tokenizer("black wallet", return_tensors="pt")["input_ids"]
    assert ids[0, -1] == tokenizer.eos_token_id
    with torch.no_grad():
        hidden = model.text_model(input_ids=ids).last_hidden_state[0, -1]
        expected = model.text_projection(hidden).numpy()
    got = load(written["clip"]).encode_texts(["black wallet", TEXTS[2]])[0]
    assert np.allclose(got, expected / np.linalg.norm(expected), atol=1e-5)


def test_clip_texts_are_filled_up_to_the_longest_of_the_batch_and_cut_at_77(
    written: dict[str, Path],
) -> None:
    loaded = load(written["clip"])
    short = loaded.text_input.ids(["지갑"])
    assert short.shape[1] < 20
    cut = loaded.text_input.ids(["지갑", "가" * 5000])
    assert cut.shape[1] == checkpoints.CLIP_MAX_TOKENS
    assert cut[1, -1] == loaded._tokenizer.eos_token_id


def test_an_end_token_typed_by_a_person_is_a_word(written: dict[str, Path]) -> None:
    loaded = load(written["clip"])
    ids = loaded.text_input.ids(["wallet <end> umbrella"])[0]
    assert (ids == loaded._tokenizer.eos_token_id).sum() == 1


def test_a_tokenizer_without_the_models_end_token_is_refused(
    written: dict[str, Path], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(written["clip"], tmp_path / "no-end"))
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    tokenizer["post_processor"] = None
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    with pytest.raises(EncoderUnavailable, match="end token"):
        load(folder)


def test_a_folder_in_fp16_is_computed_in_fp32_on_a_cpu(tmp_path: Path) -> None:
    import torch

    half = load(checkpoints.write_clip(tmp_path / "half", dtype="float16"))
    assert {parameter.dtype for parameter in half._model.parameters()} == {torch.float32}
    whole = load(checkpoints.write_clip(tmp_path / "whole"))
    assert (half.encode_texts(TEXTS) * whole.encode_texts(TEXTS)).sum(axis=1).min() > 0.999
    assert half.fingerprint != whole.fingerprint


# --- SigLIP ---


@pytest.mark.parametrize("family", ["siglip", "siglip2"])
def test_siglip_reads_the_last_of_64_positions_without_a_mask(
    written: dict[str, Path], family: str
) -> None:
    import torch
    from tokenizers import Tokenizer
    from transformers import AutoModel

    model = AutoModel.from_pretrained(written[family]).eval()
    plain = Tokenizer.from_file(str(written[family] / "tokenizer.json"))
    ids = plain.encode("black wallet").ids
    assert ids[-1] == 1  # <eos>, then padding
    filled = torch.tensor([ids + [0] * (checkpoints.SIGLIP_MAX_TOKENS - len(ids))])
    with torch.no_grad():
        hidden = model.text_model(input_ids=filled).last_hidden_state[0, -1]
        expected = model.text_model.head(hidden).numpy()
    got = load(written[family]).encode_texts(["Black WALLET"])[0]
    assert np.allclose(got, expected / np.linalg.norm(expected), atol=1e-5)


def test_siglip_texts_are_cut_with_their_end_kept(written: dict[str, Path]) -> None:
    ids = load(written["siglip"]).text_input.ids(["가" * 5000, ""])
    assert ids.shape == (2, checkpoints.SIGLIP_MAX_TOKENS)
    assert ids[0, -1] == 1
    assert ids[1].tolist() == [1] + [0] * 63
