"""The attributes of a thing that can be drawn, and how they follow from a seed."""

from dataclasses import dataclass
from random import Random
from typing import Final

COLOURS: Final[dict[str, tuple[int, int, int]]] = {
    "black": (32, 32, 36),
    "white": (240, 240, 236),
    "gray": (128, 130, 134),
    "silver": (196, 202, 210),
    "red": (206, 34, 40),
    "orange": (240, 126, 22),
    "yellow": (248, 212, 40),
    "green": (38, 144, 68),
    "blue": (44, 108, 220),
    "navy": (26, 36, 92),
    "purple": (128, 56, 172),
    "pink": (244, 140, 180),
    "brown": (122, 74, 38),
    "beige": (222, 200, 160),
}
PATTERNS: Final = ("plain", "stripes", "dots", "check", "leather", "zigzag", "gradient")
ACCESSORIES: Final = ("none", "star", "heart", "round", "flower", "tag", "ribbon", "bell")
# Codes of the taxonomy's leaves that can be drawn.
CATEGORIES: Final = (
    "wallet_long",
    "phone",
    "earphones",
    "headphones",
    "laptop",
    "mouse",
    "camera",
    "backpack",
    "handbag",
    "eco_bag",
    "notebook",
    "pencil_case",
    "umbrella",
    "umbrella_folding",
    "tumbler",
    "glasses",
    "cap",
    "beanie",
    "scarf",
    "gloves",
    "tshirt",
    "hoodie",
    "shoe",
    "sock",
    "ring",
    "watch",
    "key",
    "plush",
    "ball",
    "racket",
    "guitar",
)
# Negatives: nobody hands these in, and the model learns to tell them apart.
NEGATIVES: Final = ("dog", "cat", "bird", "fish", "building", "tree", "mountain", "car")
DRAWABLE: Final = CATEGORIES + NEGATIVES
N_SHAPE: Final = 8


@dataclass(frozen=True)
class Thing:
    """One individual thing; equal things are drawn identically, pixel by pixel.

    Attributes:
        accent: colour code of the accessory, strap and pattern.
        shape: N_SHAPE numbers from 0 to 1 that determine proportions and details.
        place: position of the accessory, 0 to 1 on each axis.
        wear: 0 (new) to 1 (scratched and stained).
        seed: for scratches and other traits that have no attribute.
    """

    category: str
    colour: str
    accent: str
    pattern: str
    accessory: str
    shape: tuple[float, ...]
    place: tuple[float, float]
    wear: float
    seed: int


def sample_thing(seed: int, category: str | None = None) -> Thing:
    """The thing for a seed.

    Args:
        category: one of DRAWABLE; None lets the seed choose.

    Raises:
        ValueError: if the category cannot be drawn.
    """
    if category is not None and category not in DRAWABLE:
        raise ValueError(f"{category!r} cannot be drawn; choose one of {', '.join(DRAWABLE)}")
    rng = Random(f"thing-{seed}")
    chosen = rng.choice(DRAWABLE)
    colour = rng.choice(list(COLOURS))
    accent = rng.choice([name for name in COLOURS if contrast(name, colour) > 110])
    return Thing(
        category=category or chosen,
        colour=colour,
        accent=accent,
        pattern="plain" if rng.random() < 0.3 else rng.choice(PATTERNS),
        accessory="none" if rng.random() < 0.25 else rng.choice(ACCESSORIES[1:]),
        shape=tuple(rng.random() for _ in range(N_SHAPE)),
        place=(rng.random(), rng.random()),
        wear=rng.random() ** 2,
        seed=rng.randrange(2**31),
    )


def contrast(first: str, second: str) -> float:
    """Distance between two named colours in RGB, 0 to 441."""
    pairs = zip(COLOURS[first], COLOURS[second], strict=True)
    return float(sum((a - b) ** 2 for a, b in pairs) ** 0.5)
