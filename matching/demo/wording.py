"""Titles and descriptions as different people would write them, in Korean and English."""

from dataclasses import dataclass
from random import Random
from typing import Final

TITLES: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("lost", "ko"): (
        "{thing} 잃어버렸어요",
        "{thing} 찾습니다",
        "{place}에서 {thing} 분실",
        "{thing} 보신 분 계신가요",
        "{thing} 두고 온 것 같아요",
    ),
    ("found", "ko"): (
        "{thing} 주웠습니다",
        "{thing} 습득물",
        "{place}에서 {thing} 발견",
        "{thing} 주인 찾아요",
        "{thing} 보관하고 있습니다",
    ),
    ("lost", "en"): ("Lost {thing}", "{thing} missing", "Looking for my {thing}"),
    ("found", "en"): ("Found {thing}", "{thing} handed in", "Is this your {thing}?"),
}
STORIES: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("lost", "ko"): (
        "수업 끝나고 나오다가 두고 온 것 같습니다.",
        "집에 와서야 없어진 걸 알았어요. 꼭 찾고 싶습니다.",
        "친구랑 있다가 잠깐 자리를 비운 사이에 사라졌어요.",
        "선물 받은 거라 소중한 물건이에요. 보신 분은 연락 부탁드려요.",
        "어디서 떨어뜨렸는지 정확히 기억이 안 나요.",
    ),
    ("found", "ko"): (
        "의자 아래에 떨어져 있어서 맡겨 두었습니다.",
        "복도에서 발견했고 주인을 찾고 있어요.",
        "책상 위에 놓여 있었고 아무도 찾으러 오지 않았습니다.",
        "청소하다가 발견해서 신고합니다.",
        "입구 근처에서 주웠습니다.",
    ),
    ("lost", "en"): (
        "I think I left it there after class.",
        "I only noticed when I got home. Please tell me if you have seen it.",
    ),
    ("found", "en"): (
        "It was lying under a chair, so I handed it in.",
        "Nobody came back for it, so it is kept safe now.",
    ),
}


@dataclass(frozen=True)
class Wording:
    """The words of one post."""

    title: str
    description: str


def write_post(
    rng: Random, *, kind: str, language: str, thing: str, place: str, caption: str
) -> Wording:
    """Title and description of a post about `thing` (a short name), in one of several styles.

    Args:
        caption: a sentence that describes the thing in detail; "" leaves it out.
    """
    title = rng.choice(TITLES[kind, language]).format(thing=thing, place=place)
    story = rng.choice(STORIES[kind, language])
    parts = [caption, story] if rng.random() < 0.7 else [story, caption]
    return Wording(title=title[:1].upper() + title[1:], description=" ".join(filter(None, parts)))
