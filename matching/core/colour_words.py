"""Colours that a text names, in Korean and English."""

import re
from typing import Final

# By code of the colour, what names it. Korean words are followed by particles and endings, so they
# are found anywhere; English ones only whole.
KOREAN: Final = {
    "black": ("검정", "검은", "까만", "블랙", "흑색"),
    "white": ("흰", "하얀", "하양", "백색", "화이트"),
    "gray": ("회색", "쥐색", "그레이"),
    "silver": ("은색", "실버"),
    "red": ("빨간", "빨강", "붉은", "레드", "적색"),
    "orange": ("주황", "오렌지색"),
    "yellow": ("노란", "노랑", "옐로"),
    "green": ("초록", "녹색", "연두", "그린색", "카키"),
    "navy": ("남색", "네이비", "곤색"),
    "blue": ("파란", "파랑", "푸른", "하늘색", "블루", "청색"),
    "purple": ("보라", "퍼플"),
    "pink": ("분홍", "핑크"),
    "brown": ("갈색", "밤색", "고동색", "브라운"),
    "beige": ("베이지", "아이보리", "크림색"),
}
ENGLISH: Final = {
    "black": ("black",),
    "white": ("white",),
    "gray": ("gray", "grey"),
    "silver": ("silver",),
    "red": ("red",),
    "orange": ("orange",),
    "yellow": ("yellow",),
    "green": ("green", "khaki"),
    "navy": ("navy blue", "dark blue", "navy"),
    "blue": ("blue",),
    "purple": ("purple", "violet"),
    "pink": ("pink",),
    "brown": ("brown",),
    "beige": ("beige", "ivory", "cream-coloured"),
}
_NAMED: Final = re.compile(
    "|".join(
        f"(?P<{code}>{'|'.join(KOREAN[code])}|\\b(?:{'|'.join(ENGLISH[code])})\\b)"
        for code in ("navy", *(code for code in KOREAN if code != "navy"))
    ),
    re.IGNORECASE,
)


def colour_in(text: str) -> str:
    """Code of the colour that a text names first, which mostly is the thing's; empty without."""
    named = _NAMED.search(text)
    return (named.lastgroup or "") if named else ""
