"""Describes the things of the demo in sentences that people would write.

The captions of `matching.bundled` are training data and stay as they are: word lists with random
particles, and "no sticker" where there is none. These sentences are meant to be read.
"""

from random import Random
from typing import Final

from matching.bundled.drawing.things import Thing
from matching.bundled.drawing.words import (
    ACCESSORY_WORDS,
    COLOUR_WORDS,
    PATTERN_WORDS,
    Language,
    names,
)

# {what} is the thing with colour and pattern, {a} what is attached to it. After a colon comes the
# particle to use after a final consonant, and the one to use after a vowel.
DECORATED: Final[dict[Language, tuple[str, ...]]] = {
    "ko": (
        "{what}인데 {a:이/가} 달려 있어요.",
        "{a:이/가} 달린 {what:이에요/예요}.",
        "{what}입니다. {a:이/가} 붙어 있어요.",
        "{what:이고/고}, {a:으로/로} 꾸며져 있습니다.",
    ),
    "en": (
        "{what}. There is {a} attached.",
        "{what}, with {a} attached.",
        "{what}, recognisable by {a}.",
    ),
}
PLAIN: Final[dict[Language, tuple[str, ...]]] = {
    "ko": ("{what:이에요/예요}.", "{what}입니다."),
    "en": ("{what}.",),
}
FIRST_SYLLABLE, LAST_SYLLABLE = 0xAC00, 0xD7A3
FINALS: Final = 28  # possible endings of a syllable; the first is none
RIEUL: Final = 8  # ㄹ, which takes 로 like a vowel
# Patterns whose form changes before a noun.
BEFORE_A_NOUN: Final = {"가죽 느낌": "가죽 느낌의"}


class Noun(str):
    """A word that can be formatted with the right particle: `{word:이/가}`."""

    __slots__ = ()

    def __format__(self, particles: str) -> str:
        if not particles:
            return str(self)
        after_final, after_none = particles.split("/")
        final = final_of(self)
        is_short = final == 0 or (final == RIEUL and after_none == "로")
        return f"{self}{after_none if is_short else after_final}"


def final_of(word: str) -> int:
    """Index of the word's final consonant in Unicode's order; 0 if it ends in a vowel."""
    last = ord(word[-1])
    return (last - FIRST_SYLLABLE) % FINALS if FIRST_SYLLABLE <= last <= LAST_SYLLABLE else 0


def describe(thing: Thing, seed: str, language: Language) -> str:
    """One or two sentences with kind, colour, pattern, and any accessory."""
    rng = Random(f"describe-{seed}-{language}")
    colours = COLOUR_WORDS[language]
    colour, name = rng.choice(colours[thing.colour]), rng.choice(names(language)[thing.category])
    pattern = rng.choice(PATTERN_WORDS[language][thing.pattern])
    say = _in_korean if language == "ko" else _in_english
    what = say(colour, pattern, name)
    if thing.accessory == "none":
        return rng.choice(PLAIN[language]).format(what=Noun(what))
    kind = rng.choice(ACCESSORY_WORDS[language][thing.accessory])
    accessory = f"{rng.choice(colours[thing.accent])} {kind}"
    if language == "en":
        accessory = f"{'an' if accessory[0] in 'aeiou' else 'a'} {accessory}"
    return rng.choice(DECORATED[language]).format(what=Noun(what), a=Noun(accessory))


def _in_korean(colour: str, pattern: str, name: str) -> str:
    return f"{BEFORE_A_NOUN.get(pattern, pattern)} {colour} {name}"


def _in_english(colour: str, pattern: str, name: str) -> str:
    is_phrase = pattern.startswith("with")
    text = f"{colour} {name} {pattern}" if is_phrase else f"{pattern} {colour} {name}"
    return text[:1].upper() + text[1:]
