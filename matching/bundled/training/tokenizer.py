"""Trains a small tokenizer for Korean and English on the captions."""

from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

from tokenizers import (
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import PreTrainedTokenizerFast

from matching.bundled.drawing.captions import training_caption
from matching.bundled.drawing.things import DRAWABLE, sample_thing
from matching.bundled.drawing.words import Language, names

MAX_TOKENS: Final = 64
VOCABULARY: Final = 3000
N_LETTERS: Final = 700  # size of the alphabet; rarer letters become unknown
N_CAPTIONS: Final = 40_000
# The end token must not have id 2, or transformers pools by a legacy rule.
SPECIAL: Final = ("<pad>", "<unk>", "<unused>", "<bos>", "<eos>")


def train_tokenizer(seed: int) -> PreTrainedTokenizerFast:
    """Learn the vocabulary; each unknown letter becomes one <unk>."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True)]
    )
    tokenizer.decoder = decoders.BPEDecoder()
    corpus = list(_corpus(seed))
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(SPECIAL),
        limit_alphabet=N_LETTERS,
        initial_alphabet=_letters(corpus, tokenizer.normalizer),
        min_frequency=20,
        show_progress=False,
    )
    tokenizer.train_from_iterator(corpus, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<bos> $A <eos>",
        special_tokens=[("<bos>", SPECIAL.index("<bos>")), ("<eos>", SPECIAL.index("<eos>"))],
    )
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        unk_token="<unk>",
        bos_token="<bos>",
        eos_token="<eos>",
        model_max_length=MAX_TOKENS,
    )


def _letters(corpus: Sequence[str], normalizer: normalizers.Normalizer) -> list[str]:
    """The most frequent letters; the trainer would break ties differently in every process."""
    counts = Counter("".join("".join(normalizer.normalize_str(t).split()) for t in corpus))
    return sorted(counts, key=lambda letter: (-counts[letter], letter))[:N_LETTERS]


def _corpus(seed: int) -> Iterator[str]:
    rng = Random(f"tokenizer-{seed}")
    languages: tuple[Language, ...] = ("ko", "en")
    for number in range(N_CAPTIONS):
        thing = sample_thing(rng.randrange(2**31), rng.choice(DRAWABLE))
        yield training_caption(thing, rng, languages[number % 2])
    for language in languages:
        for words in names(language).values():
            yield from words * 30
