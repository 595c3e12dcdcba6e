"""Brands that a text names, in Korean and English: people remember those of what they lost."""

import re
import unicodedata
from typing import Final

# By code: every name that means the maker. Product names stand for their maker, since one person
# writes "갤럭시" and the other one "삼성".
BRANDS: Final[dict[str, tuple[str, ...]]] = {
    # Devices
    "apple": (
        *(
            "애플",
            "아이폰",
            "아이패드",
            "에어팟",
            "에어팟프로",
            "맥북",
            "애플워치",
            "애플펜슬",
            "에어태그",
        ),
        *("apple", "iphone", "ipad", "airpods", "airpod", "macbook", "airtag", "magsafe"),
    ),
    "samsung": ("삼성", "갤럭시", "갤탭", "samsung", "galaxy"),
    "lg": ("엘지", "엘지그램", "lg", "톤프리"),
    "sony": ("소니", "sony", "플레이스테이션", "playstation"),
    "bose": ("보스", "bose"),
    "jbl": ("jbl", "제이비엘"),
    "nintendo": ("닌텐도", "nintendo"),
    "logitech": ("로지텍", "logitech", "로지텍마우스"),
    "lenovo": ("레노버", "lenovo", "씽크패드", "thinkpad"),
    "dell": ("dell", "델노트북"),
    "asus": ("asus", "에이수스", "아수스"),
    "microsoft": ("마이크로소프트", "서피스", "microsoft", "surface"),
    "casio": ("카시오", "casio", "지샥", "gshock"),
    "canon": ("캐논", "canon"),
    "nikon": ("니콘", "nikon"),
    "xiaomi": ("샤오미", "xiaomi"),
    "britz": ("브리츠", "britz"),
    "anker": ("앤커", "anker"),
    # Clothes, shoes and bags
    "nike": ("나이키", "nike", "에어포스", "조던", "jordan"),
    "adidas": ("아디다스", "adidas"),
    "newbalance": ("뉴발란스", "뉴발", "newbalance"),
    "converse": ("컨버스", "converse"),
    "vans": ("반스", "vans"),
    "fila": ("휠라", "fila"),
    "puma": ("푸마", "puma"),
    "northface": ("노스페이스", "northface", "thenorthface"),
    "descente": ("데상트", "descente"),
    "discovery": ("디스커버리",),
    "national": ("내셔널지오그래픽", "nationalgeographic"),
    "uniqlo": ("유니클로", "uniqlo"),
    "zara": ("zara",),
    "musinsa": ("무신사", "musinsa"),
    "covernat": ("커버낫", "covernat"),
    "mlb": ("mlb", "엠엘비"),
    "jansport": ("잔스포츠", "jansport"),
    "eastpak": ("이스트팩", "eastpak"),
    "herschel": ("허쉘", "herschel"),
    "kanken": ("칸켄", "피엘라벤", "kanken", "fjallraven"),
    "crocs": ("크록스", "crocs"),
    "birkenstock": ("버켄스탁", "birkenstock"),
    # Wallets, watches, glasses and jewellery
    "gucci": ("구찌", "gucci"),
    "louisvuitton": ("루이비통", "louisvuitton"),
    "chanel": ("샤넬", "chanel"),
    "prada": ("프라다", "prada"),
    "montblanc": ("몽블랑", "montblanc"),
    "mcm": ("mcm", "엠씨엠"),
    "michaelkors": ("마이클코어스", "michaelkors"),
    "tommy": ("타미힐피거", "tommyhilfiger"),
    "beanpole": ("빈폴", "beanpole"),
    "gentlemonster": ("젠틀몬스터", "젠몬", "gentlemonster"),
    "rayban": ("레이밴", "rayban"),
    "pandora": ("판도라", "pandora"),
    "swarovski": ("스와로브스키", "swarovski"),
    "tiffany": ("티파니", "tiffany"),
    # Bottles, stationery and the rest
    "stanley": ("스탠리", "stanley"),
    "starbucks": ("스타벅스", "스벅", "starbucks"),
    "thermos": ("써모스", "thermos"),
    "zojirushi": ("조지루시", "zojirushi"),
    "hydroflask": ("하이드로플라스크", "hydroflask"),
    "monami": ("모나미", "monami"),
    "lamy": ("라미", "lamy"),
    "parker": ("parker",),
    "moleskine": ("몰스킨", "moleskine"),
    "kakao": ("카카오프렌즈", "라이언", "춘식이", "kakaofriends"),
    "pokemon": ("포켓몬", "피카츄", "pokemon", "pikachu"),
    "sanrio": ("산리오", "헬로키티", "쿠로미", "시나모롤", "sanrio", "hellokitty", "kuromi"),
}
_BRAND_OF: Final = {name: code for code, names in BRANDS.items() for name in names}
_LONGEST_WORDS: Final = 3  # "the north face"
_WORDS: Final = re.compile(r"[a-z]+|[가-힣]+")
# Korean nouns are followed by particles without a space ("삼성에서"), and longer names by other
# nouns ("갤럭시워치"). A shorter one begins too many words: a "보스턴백" is no bag of "보스".
_LEAST_WITH_NOUN: Final = 3  # letters
_PARTICLES: Final = re.compile(
    r"(이|가|은|는|을|를|의|에|에서|도|로|으로|와|과|랑|이랑|제|꺼|거|것|입니다|이에요|예요|인데)$"
)


def brand_in(text: str) -> str:
    """The code of the first brand that a text names; empty if it names none."""
    words = _WORDS.findall(unicodedata.normalize("NFKC", text).casefold().replace("-", ""))
    for start in range(len(words)):
        for end in range(min(start + _LONGEST_WORDS, len(words)), start, -1):
            if code := _brand_of("".join(words[start:end])):
                return code
    return ""


def _brand_of(word: str) -> str:
    """The brand that a word is, or that a Korean word begins with; empty if there is none."""
    if code := _BRAND_OF.get(word):
        return code
    for length in range(len(word) - 1, 1, -1) if not word.isascii() else ():
        code = _BRAND_OF.get(word[:length], "")
        if code and (length >= _LEAST_WITH_NOUN or _PARTICLES.match(word[length:])):
            return code
    return ""
