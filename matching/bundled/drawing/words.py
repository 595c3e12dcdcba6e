"""Words for colours, patterns and accessories; the names of things come from the taxonomy."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Final, Literal

Language = Literal["ko", "en"]
TAXONOMY: Final = Path(__file__).resolve().parents[3] / "lostfound" / "data" / "taxonomy.toml"

COLOUR_WORDS: Final[dict[Language, dict[str, tuple[str, ...]]]] = {
    "ko": {
        "black": ("검은색", "검정", "검정색", "까만", "블랙", "검은"),
        "white": ("흰색", "하얀색", "하양", "화이트", "하얀", "흰"),
        "gray": ("회색", "그레이", "쥐색", "잿빛"),
        "silver": ("은색", "실버", "은빛"),
        "red": ("빨간색", "빨강", "빨간", "레드", "붉은"),
        "orange": ("주황색", "주황", "오렌지색", "오렌지"),
        "yellow": ("노란색", "노랑", "노란", "옐로"),
        "green": ("초록색", "초록", "녹색", "그린"),
        "blue": ("파란색", "파랑", "파란", "블루", "푸른"),
        "navy": ("남색", "네이비", "곤색", "진한 남색"),
        "purple": ("보라색", "보라", "퍼플", "자주색"),
        "pink": ("분홍색", "분홍", "핑크", "핑크색"),
        "brown": ("갈색", "브라운", "밤색", "고동색"),
        "beige": ("베이지색", "베이지", "살구색", "연한 갈색"),
    },
    "en": {
        "black": ("black",),
        "white": ("white",),
        "gray": ("gray", "grey"),
        "silver": ("silver", "silvery"),
        "red": ("red",),
        "orange": ("orange",),
        "yellow": ("yellow",),
        "green": ("green",),
        "blue": ("blue",),
        "navy": ("navy", "navy blue", "dark blue"),
        "purple": ("purple", "violet"),
        "pink": ("pink",),
        "brown": ("brown",),
        "beige": ("beige", "cream", "tan"),
    },
}
PATTERN_WORDS: Final[dict[Language, dict[str, tuple[str, ...]]]] = {
    "ko": {
        "plain": ("무늬 없는", "민무늬", "단색"),
        "stripes": ("줄무늬", "스트라이프", "줄 무늬"),
        "dots": ("물방울무늬", "땡땡이", "도트무늬"),
        "check": ("체크무늬", "격자무늬", "체크"),
        "leather": ("가죽", "가죽 느낌", "얼룩 가죽"),
        "zigzag": ("지그재그", "지그재그 무늬", "물결무늬"),
        "gradient": ("그라데이션", "색이 점점 변하는", "그라데이션 무늬"),
    },
    "en": {
        "plain": ("plain", "without a pattern", "solid"),
        "stripes": ("striped", "with stripes", "stripy"),
        "dots": ("dotted", "polka dot", "with dots"),
        "check": ("checked", "checkered", "plaid"),
        "leather": ("leather", "grained leather", "leather-like"),
        "zigzag": ("zigzag", "with zigzags", "wavy"),
        "gradient": ("gradient", "faded", "with a colour gradient"),
    },
}
ACCESSORY_WORDS: Final[dict[Language, dict[str, tuple[str, ...]]]] = {
    "ko": {
        "star": ("별 스티커", "별 모양 장식", "별"),
        "heart": ("하트 스티커", "하트 모양 장식", "하트"),
        "round": ("동그란 스티커", "동그라미 장식", "원형 배지"),
        "flower": ("꽃 스티커", "꽃 모양 장식", "꽃"),
        "tag": ("이름표", "네임택", "라벨"),
        "ribbon": ("리본", "리본 장식", "나비 리본"),
        "bell": ("종 장식", "방울", "벨 모양 장식"),
    },
    "en": {
        "star": ("star sticker", "star", "star charm"),
        "heart": ("heart sticker", "heart", "heart charm"),
        "round": ("round sticker", "round badge", "circle badge"),
        "flower": ("flower sticker", "flower", "flower charm"),
        "tag": ("name tag", "tag", "label"),
        "ribbon": ("ribbon", "bow", "ribbon bow"),
        "bell": ("bell", "bell charm", "small bell"),
    },
}
NEGATIVE_NAMES: Final[dict[Language, dict[str, tuple[str, ...]]]] = {
    "ko": {
        "dog": ("개", "강아지"),
        "cat": ("고양이", "냥이"),
        "bird": ("새", "작은 새"),
        "fish": ("물고기", "생선"),
        "building": ("건물", "빌딩"),
        "tree": ("나무", "큰 나무"),
        "mountain": ("산", "눈 덮인 산"),
        "car": ("자동차", "승용차"),
    },
    "en": {
        "dog": ("dog", "puppy"),
        "cat": ("cat", "kitten"),
        "bird": ("bird", "little bird"),
        "fish": ("fish", "a fish"),
        "building": ("building", "tower block"),
        "tree": ("tree", "big tree"),
        "mountain": ("mountain", "snowy mountain"),
        "car": ("car", "automobile"),
    },
}


@cache
def names(language: Language) -> dict[str, tuple[str, ...]]:
    """All words for each category: every leaf of the taxonomy, drawable or not, and the negatives.

    A synonym that two leaves share belongs to both; the first word is the name of the leaf.
    """
    with TAXONOMY.open("rb") as file:
        families = tomllib.load(file)["family"]
    found = {
        leaf["code"]: (leaf[f"name_{language}"].lower(), *leaf[f"synonyms_{language}"])
        for family in families
        for leaf in family["category"]
    }
    return {**found, **NEGATIVE_NAMES[language]}
