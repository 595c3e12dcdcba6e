"""Texts that the tokenizer cannot read have no vector, with either engine."""

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from matching.conf import BUNDLED_FOLDER
from matching.encoders.readability import is_readable, share_is_readable, unknown_id
from tests.support import checkpoints
from tests.support.checkpoints import load

READABLE = (
    *("검은색 가죽 장지갑", "black wallet", "", "  ", "ZX-778", "ＡｉｒＴａｇ", "지갑🩷🩷🩷🩷"),
    *("財布 wallet", "iPhone を失くしました", "파란 우산 №7 ☂☂☂☂☂"),
)
UNREADABLE = (
    *("財布をなくしました", "Потерял кошелёк 12.05", "потерян iPod в столовой", "📱📱", "ㅠㅠ"),
    *("青い傘 A4", "กระเป๋าสตางค์สีดำ", "1234"),
)


@pytest.fixture(scope="module")
def bundled() -> Tokenizer:
    return Tokenizer.from_file(str(BUNDLED_FOLDER / "tokenizer.json"))


def reads(tokenizer: Tokenizer, text: str) -> bool:
    return is_readable(text, tokenizer.encode(text), unknown_id(tokenizer))


@pytest.mark.parametrize("text", READABLE)
def test_known_words_are_readable_whatever_stands_beside_them(
    bundled: Tokenizer, text: str
) -> None:
    assert reads(bundled, text)


@pytest.mark.parametrize("text", UNREADABLE)
def test_other_scripts_and_pictures_are_not(bundled: Tokenizer, text: str) -> None:
    assert not reads(bundled, text)


def test_only_what_the_model_sees_of_a_long_text_counts(bundled: Tokenizer) -> None:
    bundled.enable_truncation(8)
    assert reads(bundled, "검은 지갑 검은 지갑 검은 지갑 " + "財布 " * 50)
    assert not reads(bundled, "財布 " * 50 + "검은 지갑 검은 지갑 검은 지갑")
    bundled.no_truncation()


def test_models_of_every_kind_name_their_unknown_token() -> None:
    vocabulary = [("<pad>", 0.0), ("a", -1.0), ("<unk>", -2.0)]
    unigram = Tokenizer(models.Unigram(vocabulary, unk_id=2, byte_fallback=False))
    assert unknown_id(unigram) == 2
    assert reads(unigram, "aaa") and not reads(unigram, "ббб")
    words = {"[UNK]": 0, "wallet": 1}
    for model in (
        models.WordPiece(words, unk_token="[UNK]"),
        models.WordLevel(words, unk_token="[UNK]"),
    ):
        tokenizer = Tokenizer(model)
        tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
        assert unknown_id(tokenizer) == 0
        assert reads(tokenizer, "wallet") and not reads(tokenizer, "кошелёк")
    assert unknown_id(Tokenizer(models.BPE())) is None
    assert reads(Tokenizer(models.BPE()), "кошелёк")


def test_a_tokenizer_that_names_no_letters_is_judged_by_its_tokens() -> None:
    assert share_is_readable([0, 7, 3, 1], [0, 1], 3)
    assert not share_is_readable([0, 3, 3, 3, 7, 1], [0, 1, 3], 3)
    assert share_is_readable([0, 1], [0, 1], 3) and share_is_readable([3, 3], [], None)


@pytest.mark.model
def test_an_unreadable_text_has_no_vector_and_takes_no_forward() -> None:
    encoder = load(BUNDLED_FOLDER)
    texts = [text for two in zip(READABLE, UNREADABLE, strict=False) for text in two]
    vecs = encoder.encode_texts(texts)
    assert not vecs[1::2].any()
    assert np.allclose(np.linalg.norm(vecs[::2], axis=1), 1.0, atol=1e-5)
    assert encoder.forward_counts["text"] == len(texts) // 2
    assert np.allclose(vecs[::2], encoder.encode_texts(texts[::2]), atol=1e-5)


@pytest.mark.model
@pytest.mark.parametrize("family", list(checkpoints.WRITERS))
def test_tokenizers_that_fall_back_on_bytes_read_everything(
    tmp_path_factory: pytest.TempPathFactory, family: str
) -> None:
    write, _ = checkpoints.WRITERS[family]
    encoder = load(write(tmp_path_factory.mktemp("bytes") / family))
    vecs = encoder.encode_texts(["財布をなくしました", "Потерял кошелёк"])
    assert np.isfinite(vecs).all() and vecs[0] @ vecs[1] < 0.9999
