"""Captions name what is drawn, and held-out wordings are never used in training."""

import re
from itertools import product
from random import Random
from string import Formatter
from typing import Literal

import pytest

from matching.bundled.drawing.captions import FULL, SHORT, caption, prompts, training_caption
from matching.bundled.drawing.things import sample_thing
from matching.bundled.drawing.words import (
    ACCESSORY_WORDS,
    COLOUR_WORDS,
    PATTERN_WORDS,
    Language,
    names,
)

LANGUAGES: tuple[Language, ...] = ("ko", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_full_caption_names_all_five_attributes(language: Language) -> None:
    both: tuple[Literal["trained", "held_out"], ...] = ("trained", "held_out")
    for seed, templates in product(range(40), both):
        thing = sample_thing(seed, "umbrella")
        text = caption(thing, seed, language, 3, templates)
        assert any(name in text for name in names(language)["umbrella"])
        assert any(word in text for word in COLOUR_WORDS[language][thing.colour])
        assert any(word in text for word in PATTERN_WORDS[language][thing.pattern])
        if thing.accessory != "none":
            assert any(word in text for word in ACCESSORY_WORDS[language][thing.accessory])
            assert any(word in text for word in COLOUR_WORDS[language][thing.accent])


def test_a_caption_follows_from_its_seed() -> None:
    thing = sample_thing(1)
    assert caption(thing, 5, "ko") == caption(thing, 5, "ko")
    assert len({caption(thing, seed, "ko") for seed in range(50)}) > 20


def test_fewer_details_make_a_shorter_caption() -> None:
    thing = sample_thing(1)
    lengths = [len(caption(thing, 5, "en", detail)) for detail in (1, 2, 3)]
    assert lengths == sorted(lengths)


@pytest.mark.parametrize("language", LANGUAGES)
def test_held_out_templates_are_none_of_those_trained(language: Language) -> None:
    trained = set(FULL["trained"][language]) | set(SHORT[language])
    assert len(FULL["held_out"][language]) >= 3
    assert not trained & set(FULL["held_out"][language])
    for template in FULL["held_out"][language]:
        fields = {field for _, field, _, _ in Formatter().parse(template) if field}
        assert fields == {"c", "p", "n", "a"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_training_never_writes_a_held_out_wording(language: Language) -> None:
    patterns = [
        re.compile(".+".join(re.escape(part) for part, *_ in Formatter().parse(template) if part))
        for template in FULL["held_out"][language]
    ]
    rng = Random(0)
    for seed in range(3000):
        text = training_caption(sample_thing(seed), rng, language)
        assert not any(pattern.search(text) for pattern in patterns), text
    own = caption(sample_thing(1), 1, language, 3, "held_out")
    assert any(pattern.search(own) for pattern in patterns)  # the patterns do find them


def test_prompts_use_every_synonym() -> None:
    for language in LANGUAGES:
        for name in names(language)["wallet_long"]:
            assert name in prompts("wallet_long", language)
