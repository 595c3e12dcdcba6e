"""Captions of a thing in many wordings, in Korean and English.

There are two sets of templates: training uses TRAINED; HELD_OUT is reserved for measuring how well
the model understands wordings that it has never seen.
"""

from random import Random
from typing import Final, Literal

from matching.bundled.drawing.things import Thing
from matching.bundled.drawing.words import (
    ACCESSORY_WORDS,
    COLOUR_WORDS,
    PATTERN_WORDS,
    Language,
    names,
)

TemplateSet = Literal["trained", "held_out"]

# {c} colour, {p} pattern, {n} name, {a} the accessory with its colour.
FULL: Final[dict[TemplateSet, dict[Language, tuple[str, ...]]]] = {
    "trained": {
        "ko": (
            "{c} {p} {n}, {a} 있음",
            "{a} 붙은 {c} {p} {n}",
            "{p} {c} {n} {a}",
            "{n} {c} {p} {a} 달림",
            "{c} {n}인데 {p}이고 {a} 있어요",
            "{c} {n}. {p}. {a}.",
            "{a}이 달린 {p} {c} {n} 사진",
            "{n}: {c}, {p}, {a}",
            "{c}이고 {p}인 {n}, {a}도 있습니다",
            "분실물 {c} {p} {n} ({a})",
            "{p} 무늬의 {c} {n}에 {a}가 붙어 있어요",
            "{n}이고 {a}가 있는 {c} {p}",
        ),
        "en": (
            "a {c} {p} {n} with a {a}",
            "{c} {n}, {p}, {a} on it",
            "{p} {c} {n} and a {a}",
            "a photo of a {c} {p} {n} with {a}",
            "{n}: {c}, {p}, {a}",
            "a {n} in {c}, {p}, it has a {a}",
            "the {p} {n} is {c} and has a {a}",
            "lost {c} {n} ({p}) with a {a}",
            "there is a {a} on the {c} {p} {n}",
            "{c} {p} {n} {a}",
        ),
    },
    "held_out": {
        "ko": (
            "{a}로 꾸민 {n}, 색은 {c} 그리고 {p}",
            "제 {n}은 {p} {c} 제품이고 겉에 {a} 하나 있습니다",
            "{c} 계열 {n} 입니다 {p} 느낌에 {a}",
        ),
        "en": (
            "my {n} is {c}, it looks {p}, someone put a {a} there",
            "{a} attached to one {n} of {c} colour ({p})",
            "one {p} thing, a {n}, colour {c}, decorated by a {a}",
        ),
    },
}
SHORT: Final[dict[Language, tuple[str, ...]]] = {
    "ko": ("{c} {n}", "{c} {n}", "{n} {c}", "{c} {p} {n}", "{p} {c} {n}", "{n}", "{c} {n} 사진"),
    "en": ("{c} {n}", "a {c} {n}", "{n}, {c}", "a {c} {p} {n}", "{n}", "photo of a {c} {n}"),
}
NO_ACCESSORY: Final[dict[Language, tuple[str, ...]]] = {
    "ko": ("장식 없음", "스티커 없음", "아무것도 안 붙음"),
    "en": ("no sticker", "nothing attached", "no charm"),
}
PROMPTS: Final[dict[Language, tuple[str, ...]]] = {
    "ko": ("{n}", "{n} 사진", "분실물 {n}", "주운 {n}", "{n} 하나"),
    "en": ("{n}", "a photo of a {n}", "a lost {n}", "a {n} that was found"),
}
FILLERS: Final[dict[Language, tuple[str, ...]]] = {
    "ko": (
        "잃어버렸어요",
        "찾습니다",
        "분실",
        "습득",
        "주웠습니다",
        "보신",
        "분",
        "계신가요",
        "주인",
        "찾아요",
        "보관하고",
        "있습니다",
        "어제",
        "오늘",
        "수업",
        "끝나고",
        "두고",
        "온",
        "것",
        "같아요",
        "도서관",
        "학생회관",
        "강의실",
        "복도",
        "의자",
        "아래",
        "책상",
        "위",
        "연락",
        "부탁드려요",
        "꼭",
        "찾고",
        "싶습니다",
        "소중한",
        "물건이에요",
        "발견했어요",
        "맡겨",
        "두었습니다",
        "근처에서",
        "에서",
        "제가",
        "것",
        "입니다",
        "있어요",
        "그리고",
        "조금",
        "정도",
        "약간",
        "오후",
        "오전",
        "점심",
        "저녁",
    ),
    "en": (
        "lost",
        "found",
        "missing",
        "looking",
        "for",
        "please",
        "my",
        "the",
        "it",
        "was",
        "left",
        "after",
        "class",
        "library",
        "hall",
        "under",
        "chair",
        "table",
        "handed",
        "in",
        "yesterday",
        "today",
        "somebody",
        "contact",
        "me",
        "owner",
        "seen",
        "near",
        "at",
    ),
}


def caption(
    thing: Thing,
    seed: int,
    language: Language,
    detail: int = 3,
    templates: TemplateSet = "trained",
) -> str:
    """A sentence that describes a thing, deterministic in the seed.

    Args:
        detail: 1 names colour and kind, 2 adds the pattern, 3 all five attributes.
    """
    rng = Random(f"caption-{seed}-{language}")
    words = _words(thing, rng, language)
    if detail >= 3:
        template = rng.choice(FULL[templates][language])
    else:
        template = "{c} {n}" if detail == 1 else "{c} {p} {n}"
    return template.format(**words)


def training_caption(thing: Thing, rng: Random, language: Language) -> str:
    """A caption for training: templates, bare words in any order, and filler around them."""
    words = _words(thing, rng, language)
    draw = rng.random()
    if draw < 0.5:
        text = rng.choice(FULL["trained"][language]).format(**words)
    elif draw < 0.68:
        text = rng.choice(SHORT[language]).format(**words)
    else:
        # Shuffled words teach more wordings than any list of templates.
        parts = list(words.values())
        rng.shuffle(parts)
        kept = [part for part in parts if part == words["n"] or rng.random() < 0.9]
        text = rng.choice((" ", ", ", " ")).join(kept)
    if rng.random() < 0.4:
        text = _among_fillers(text, rng, language)
    return text


def prompts(category: str, language: Language) -> list[str]:
    """Every wording of "this is a CATEGORY", to be averaged as vectors."""
    return [
        template.format(n=name)
        for name in names(language)[category]
        for template in PROMPTS[language]
    ]


def _words(thing: Thing, rng: Random, language: Language) -> dict[str, str]:
    colours = COLOUR_WORDS[language]
    if thing.accessory == "none":
        accessory = rng.choice(NO_ACCESSORY[language])
    else:
        kind = rng.choice(ACCESSORY_WORDS[language][thing.accessory])
        accessory = f"{rng.choice(colours[thing.accent])} {kind}"
    return {
        "c": rng.choice(colours[thing.colour]),
        "p": rng.choice(PATTERN_WORDS[language][thing.pattern]),
        "n": rng.choice(names(language)[thing.category]),
        "a": accessory,
    }


def _among_fillers(text: str, rng: Random, language: Language) -> str:
    before = [_filler(rng, language) for _ in range(rng.randrange(5))]
    after = [_filler(rng, language) for _ in range(rng.randrange(9))]
    return " ".join([*before, text, *after])


def _filler(rng: Random, language: Language) -> str:
    if rng.random() < 0.6:
        return rng.choice(FILLERS[language])
    # Words without meaning, so that the model learns to ignore what it does not know.
    if language == "ko":
        return "".join(chr(rng.randrange(0xAC00, 0xD7A4)) for _ in range(rng.randint(1, 4)))
    return "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(rng.randint(2, 7)))
