"""The demo's descriptions read like human writing."""

import re
from dataclasses import replace
from itertools import product

import pytest

from matching.bundled.drawing.captions import NO_ACCESSORY
from matching.bundled.drawing.things import ACCESSORIES, CATEGORIES, sample_thing
from matching.bundled.drawing.words import ACCESSORY_WORDS, COLOUR_WORDS, Language, names
from matching.demo.describing import RIEUL, Noun, describe, final_of

LANGUAGES: tuple[Language, ...] = ("ko", "en")


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("라벨", "라벨이 라벨은 라벨을 라벨로"),
        ("리본", "리본이 리본은 리본을 리본으로"),
        ("배지", "배지가 배지는 배지를 배지로"),
        ("별", "별이 별은 별을 별로"),
    ],
)
def test_the_particle_follows_from_the_last_letter(word: str, expected: str) -> None:
    assert "{0:이/가} {0:은/는} {0:을/를} {0:으로/로}".format(Noun(word)) == expected


def test_every_particle_of_the_demo_fits() -> None:
    for seed, category in product(range(60), CATEGORIES):
        text = describe(sample_thing(seed, category), str(seed), "ko")
        for last, particle in re.findall(r"(\S)(이|가) (?:달|붙)", text):
            assert particle == ("이" if final_of(last) else "가"), text
        for last, particle in re.findall(r"([^\s으])(으로|로) 꾸", text):
            assert particle == ("로" if final_of(last) in (0, RIEUL) else "으로"), text
        for last, particle in re.findall(r"(\S)(이에요|예요)", text):
            assert particle == ("이에요" if final_of(last) else "예요"), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_names_exactly_the_attributes_of_the_thing(language: Language) -> None:
    for seed, accessory in product(range(30), ACCESSORIES):
        thing = replace(sample_thing(seed, "umbrella"), accessory=accessory)
        text = describe(thing, str(seed), language)
        assert any(word in text.lower() for word in COLOUR_WORDS[language][thing.colour])
        assert any(name in text.lower() for name in names(language)["umbrella"])
        assert not any(words in text for words in NO_ACCESSORY[language])
        if accessory == "none":
            assert "달" not in text and "attached" not in text
        else:
            assert any(word in text for word in ACCESSORY_WORDS[language][accessory])


def test_english_has_correct_articles_and_word_order() -> None:
    texts = {describe(sample_thing(seed), str(seed), "en") for seed in range(400)}
    assert not any(re.search(r"\ba [aeiou]|\ban [^aeiou]", text) for text in texts)
    assert all(text[0].isupper() and text.endswith(".") for text in texts)
    assert not any(re.match(r"With|Without", text) for text in texts)
