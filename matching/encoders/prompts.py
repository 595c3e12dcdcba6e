"""Prompts for each category: its names and synonyms in several wordings."""

import hashlib
import json
from dataclasses import dataclass
from typing import Final

from lostfound.models import Category, Colour
from matching.core.categories import NOTHING_SAID

KOREAN: Final = ("{} 사진", "분실물 {}")
ENGLISH: Final = ("a photo of a {}",)
# Classes that people also post but that are no categories. Without a class for it, a dog would
# belong to every category a little, and could match anybody's wallet.
BACKGROUND: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "background:animal": (("강아지", "개", "고양이", "동물"), ("dog", "cat", "animal")),
    "background:bird": (("새", "물고기"), ("bird", "fish")),
    "background:place": (("건물", "나무", "산", "풍경"), ("building", "tree", "mountain")),
    "background:vehicle": (("자동차", "차"), ("car", "truck")),
    "background:person": (("사람", "얼굴"), ("person", "face")),
}
# What people write without saying what it is; it must not count as a kind of thing.
SAYS_NOTHING: Final = (
    ("사진 참고", "사진 참고하세요", "사진 봐 주세요"),
    ("물건 분실", "분실물", "물건을 잃어버렸어요"),
    ("물건 습득", "습득물", "물건을 주웠어요"),
    ("잃어버렸어요", "찾아요", "보신 분 연락 주세요"),
    ("찾아가세요", "이거 누구 거예요", "주인을 찾습니다"),
    ("see photo", "see the picture", "photo attached"),
    ("lost item", "found item", "lost and found"),
    ("lost something", "please help me find it", "is it yours?"),
)

KOREAN_COLOUR: Final = ("{} 물건", "{} 사진")
ENGLISH_COLOUR: Final = ("a {} thing", "a photo of something {}")
COLOUR_WORDS: Final[dict[Colour, tuple[str, ...]]] = {
    Colour.BLACK: ("검정", "검은색", "까만"),
    Colour.WHITE: ("흰색", "하얀색", "하양"),
    Colour.GRAY: ("회색", "쥐색"),
    Colour.SILVER: ("은색", "실버"),
    Colour.RED: ("빨강", "빨간색"),
    Colour.ORANGE: ("주황", "주황색"),
    Colour.YELLOW: ("노랑", "노란색"),
    Colour.GREEN: ("초록", "초록색", "녹색"),
    Colour.BLUE: ("파랑", "파란색"),
    Colour.NAVY: ("남색", "네이비"),
    Colour.PURPLE: ("보라", "보라색"),
    Colour.PINK: ("분홍", "분홍색", "핑크"),
    Colour.BROWN: ("갈색", "밤색"),
    Colour.BEIGE: ("베이지", "베이지색"),
}


@dataclass(frozen=True)
class CategoryPrompts:
    """The prompts of one leaf of the taxonomy; their vectors are averaged."""

    code: str
    family: str
    texts: tuple[str, ...]


def category_prompts() -> list[CategoryPrompts]:
    """Prompts of every category that a post may have, by code, and of the background classes."""
    rows = Category.objects.filter(is_active=True).select_related("family").order_by("code")
    leaves = [
        CategoryPrompts(
            code=row.code,
            family=row.family.code,
            texts=_texts((row.name_ko, *row.synonyms_ko), (row.name_en.lower(), *row.synonyms_en)),
        )
        for row in rows
    ]
    background = [
        CategoryPrompts(code, code, _texts(korean, english))
        for code, (korean, english) in BACKGROUND.items()
    ]
    nothing = [
        CategoryPrompts(f"{NOTHING_SAID}{number}", NOTHING_SAID, texts)
        for number, texts in enumerate(SAYS_NOTHING)
    ]
    return leaves + background + nothing


def colour_prompts() -> list[tuple[str, tuple[str, ...]]]:
    """Every colour that a post may have, with its prompts."""
    return [
        (
            str(colour),
            (
                *(form.format(word) for word in COLOUR_WORDS[colour] for form in KOREAN_COLOUR),
                *(form.format(colour.value) for form in ENGLISH_COLOUR),
            ),
        )
        for colour in Colour
    ]


def prompts_hash(prompts: list[CategoryPrompts]) -> str:
    """A hash of all prompts, which changes with the taxonomy."""
    content = [(one.code, one.family, one.texts) for one in prompts]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def _texts(korean: tuple[str, ...], english: tuple[str, ...]) -> tuple[str, ...]:
    return (
        *(form.format(name) for name in korean for form in KOREAN),
        *(form.format(name) for name in english for form in ENGLISH),
    )
