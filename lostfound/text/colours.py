"""Names that people use for colours, in a cell of an imported file and within a text.

An encoder's prompts (`matching.encoders.prompts`) and training words
(`matching.bundled.drawing.words`) are chosen separately, because they are measured with it; a test
ensures that this table knows all of their words.
"""

import re
import unicodedata
from typing import Final

from lostfound.models import Colour

# Without "색", which is removed before a word is looked up, and without spaces.
COLOUR_WORDS: Final[dict[Colour, tuple[str, ...]]] = {
    Colour.BLACK: ("검정", "검은", "까만", "깜장", "블랙", "흑", "먹", "무광블랙", "black"),
    Colour.WHITE: (
        *("흰", "하얀", "하양", "화이트", "백", "아이보리", "우유", "미색", "미"),
        *("white", "ivory", "offwhite"),
    ),
    Colour.GRAY: (
        *("회", "그레이", "쥐", "잿", "재", "은회", "차콜", "먹회", "스페이스그레이"),
        *("gray", "grey", "charcoal", "ash"),
    ),
    Colour.SILVER: ("은", "실버", "메탈", "silver", "silvery", "metallic", "chrome"),
    Colour.RED: (
        *("빨강", "빨간", "레드", "붉은", "적", "홍", "와인", "버건디", "다홍", "자홍"),
        *("red", "burgundy", "maroon", "wine", "crimson", "scarlet"),
    ),
    Colour.ORANGE: ("주황", "오렌지", "귤", "코랄", "orange", "coral"),
    Colour.YELLOW: (
        *("노랑", "노란", "옐로", "옐로우", "황", "금", "골드", "머스타드", "겨자", "레몬"),
        *("yellow", "gold", "golden", "mustard", "lemon"),
    ),
    Colour.GREEN: (
        *("초록", "녹", "그린", "연두", "풀", "카키", "국방", "쑥", "올리브", "민트", "청록", "옥"),
        *("green", "khaki", "olive", "mint", "lime", "teal"),
    ),
    Colour.BLUE: (
        *("파랑", "파란", "블루", "푸른", "청", "하늘", "소라", "스카이", "터키", "데님", "진청"),
        *("blue", "skyblue", "lightblue", "royalblue", "turquoise", "cyan", "aqua"),
    ),
    Colour.NAVY: (
        *("남", "네이비", "곤", "감", "군청", "다크블루", "진한파랑", "진한파란"),
        *("navy", "navyblue", "darkblue", "indigo"),
    ),
    Colour.PURPLE: (
        *("보라", "퍼플", "자주", "자", "라벤더", "바이올렛"),
        *("purple", "violet", "lavender", "lilac", "plum"),
    ),
    Colour.PINK: ("분홍", "핑크", "진분홍", "로즈", "pink", "rose", "magenta"),
    Colour.BROWN: (
        *("갈", "브라운", "밤", "고동", "커피", "초코", "초콜릿", "카멜", "황토", "구리"),
        *("brown", "camel", "chocolate", "coffee", "bronze"),
    ),
    Colour.BEIGE: (
        *("베이지", "살구", "크림", "살", "연갈", "연한갈", "모래", "상아"),
        *("beige", "cream", "sand", "tan", "lightbrown", "khakibeige"),
    ),
}
# For a thing that has no colour, or whose colour nobody saw.
NO_COLOUR: Final = frozenset(
    {"기타", "모름", "없음", "미상", "불명", "-", "other", "unknown", "none", "notsure"}
)
TONES: Final = re.compile(
    r"^(진한|짙은|어두운|밝은|연한|옅은|탁한|무광|유광|파스텔|다크|라이트|진|연"
    r"|dark|light|deep|pale|bright|matt|matte|pastel)(?=.)"
)
ENDINGS: Final = re.compile(r"(?<=.)(색상|색깔|색|빛깔|빛|계열|컬러|colou?r)$")
MIN_TAIL_CHARS: Final = 2  # "로열블루" ends in a colour, "사자" does not

# What means a colour within a text, where "밤" and "coffee" are other things. Every word of the
# table does so before ENDINGS: "밤색", "coffee colour".
BY_THEMSELVES: Final = frozenset(
    {
        *("검정", "검은", "까만", "깜장", "블랙", "흰", "하얀", "하양", "화이트", "아이보리"),
        *("그레이", "차콜", "스페이스그레이", "실버", "빨강", "빨간", "레드", "붉은", "버건디"),
        *("주황", "노랑", "노란", "옐로", "옐로우", "초록", "그린", "연두", "카키", "청록"),
        *("파랑", "파란", "블루", "푸른", "네이비", "군청", "다크블루", "진한파랑", "진한파란"),
        *("보라", "퍼플", "분홍", "핑크", "진분홍", "브라운", "베이지"),
        *("black", "white", "ivory", "offwhite", "gray", "grey", "charcoal", "silver", "silvery"),
        *("red", "burgundy", "maroon", "crimson", "scarlet", "orange", "yellow", "golden"),
        *("green", "khaki", "teal", "blue", "skyblue", "lightblue", "royalblue", "turquoise"),
        *("navy", "navyblue", "darkblue", "indigo", "purple", "violet", "lilac", "pink", "magenta"),
        *("brown", "beige", "lightbrown", "khakibeige"),
    }
)
# Words of the table that people also write apart.
FIRST_PARTS: Final = re.compile(
    r"^(스페이스|다크|진한|연한|off|sky|light|royal|navy|dark|khaki)(?=.)"
)

_KNOWN: Final = {word: colour for colour, words in COLOUR_WORDS.items() for word in words}


def _within_a_text() -> re.Pattern[str]:
    """Korean words are followed by particles, so they are found anywhere; English ones whole."""
    endings = ENDINGS.pattern.removeprefix("(?<=.)").removesuffix("$")
    korean: list[str] = []
    english: list[str] = []
    for word in sorted(_KNOWN, key=len, reverse=True):
        spelled = FIRST_PARTS.sub(r"\1[ -]?", word)
        if word not in BY_THEMSELVES:
            spelled += f"[ -]?{endings}"
        (english if word.isascii() else korean).append(spelled)
    return re.compile(rf"{'|'.join(korean)}|\b(?:{'|'.join(english)})\b")


_WITHIN: Final = _within_a_text()


def colour_in(text: str) -> str:
    """Code of the colour that a text names first, which mostly is the thing's; empty without."""
    named = _WITHIN.search(unicodedata.normalize("NFKC", text).casefold())
    return str(colour_named(named[0].replace("-", "")) or "") if named else ""


def colour_named(text: str) -> Colour | str | None:
    """The colour that a text means; empty for no particular one, None if it is not a colour.

    Of several the first one counts; text in brackets only counts after the text before them.
    """
    outside = re.sub(r"[(\[{].*?[)\]}]?$", "", _plain(text))
    inside = re.findall(r"[(\[{]([^)\]}]*)", _plain(text))
    for part in (outside, *inside):
        for name in re.split(r"[/,+&·|;]", part):
            if (colour := _one(name)) is not None:
                return colour
    return None


def _one(name: str) -> Colour | str | None:
    if name in NO_COLOUR:
        return ""
    while name:
        stem = ENDINGS.sub("", name)
        for word in (name, stem):
            if word in _KNOWN:
                return _KNOWN[word]
        lighter = TONES.sub("", stem)
        if lighter == stem:
            return _tail(stem)
        name = lighter
    return None


def _tail(name: str) -> Colour | None:
    """The colour at the end of a compound; the longest that fits."""
    tails = (name[start:] for start in range(1, len(name) - MIN_TAIL_CHARS + 1))
    return next((_KNOWN[tail] for tail in tails if tail in _KNOWN), None)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().replace("_", "").split())
