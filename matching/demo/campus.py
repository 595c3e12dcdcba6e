"""Which posts the demo campus has, deterministic in the seed. Does not touch the database."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final, Literal

from matching.bundled.drawing.things import sample_thing
from matching.bundled.drawing.views import Preset

# True pairs per photograph pattern. Most lost posts have no photograph, most found posts do.
PAIRS: Final[dict[str, int]] = {"both": 12, "found_only": 14, "lost_only": 6, "none": 8}
# Posts without a partner, per kind: look-alikes and things nobody misses.
SINGLES_PER_KIND: Final = 20
LOOK_ALIKES: Final = 16  # singles that share category and colour with some pair
NOTES_PAIR: Final = (
    "wallet_long",
    "notebook",
)  # the look-alikes in the notes that the project began with
DAYS_BACK: Final = 30
MEAN_DAYS_TO_HAND_IN: Final = 3.0

Kind = Literal["lost", "found"]


@dataclass(frozen=True)
class DemoPost:
    """The specification of a post; `thing_seed` and `category` determine the thing it is about.

    Posts with the same `pair` are about the same thing.
    """

    kind: Kind
    thing_seed: int
    category: str
    view_seeds: tuple[int, ...]
    words_seed: int
    language: Literal["ko", "en"]
    place: int
    days_ago: int
    pair: int | None
    names_category: bool
    colour: str = ""  # overrides the colour that follows from the seed
    detail: int = 3  # how much the text says, as in `captions.caption`
    preset: Preset = "mild"  # how hard the photographs are to recognise
    label: str = ""  # the wrong category that the author chooses by mistake


def demo_posts(
    seed: int,
    categories: Sequence[str],
    n_places: int,
    *,
    pairs: Mapping[str, int] = PAIRS,
    singles_per_kind: int = SINGLES_PER_KIND,
    look_alikes: int = LOOK_ALIKES,
) -> list[DemoPost]:
    """Posts with all four photograph patterns, by default about 120, the oldest first.

    Args:
        categories: leaf codes that can be drawn; with at most 40, each appears.
        n_places: number of buildings.
        pairs: number of true pairs per photograph pattern.
        look_alikes: singles that share category and colour with a pair.
    """
    rng = Random(seed)
    patterns = [pattern for pattern, count in pairs.items() for _ in range(count)]
    rng.shuffle(patterns)
    leaves = _in_turns(rng, categories)
    posts: list[DemoPost] = []
    for pair, pattern in enumerate(patterns):
        thing_seed, category = rng.randrange(2**31), next(leaves)
        place = rng.randrange(n_places)
        lost_ago = rng.randint(1, DAYS_BACK)
        found_ago = max(0, lost_ago - int(rng.expovariate(1 / MEAN_DAYS_TO_HAND_IN)))
        elsewhere = place if rng.random() < 0.6 else rng.randrange(n_places)
        lost_photo = pattern in ("both", "lost_only")
        found_photo = pattern in ("both", "found_only")
        posts.append(_post(rng, "lost", thing_seed, category, lost_photo, place, lost_ago, pair))
        posts.append(
            _post(rng, "found", thing_seed, category, found_photo, elsewhere, found_ago, pair)
        )
    single_leaves = [*NOTES_PAIR, *(next(leaves) for _ in range(2 * singles_per_kind - 2))]
    originals = rng.sample([post for post in posts if post.kind == "lost"], look_alikes)
    for number, category in enumerate(single_leaves):
        kind: Kind = "lost" if number % 2 == 0 else "found"
        colour = "black" if number < len(NOTES_PAIR) else ""
        if len(NOTES_PAIR) <= number < len(NOTES_PAIR) + look_alikes:
            original = originals[number - len(NOTES_PAIR)]
            category = original.category
            colour = original.colour or sample_thing(original.thing_seed, category).colour
        has_photo = rng.random() < (0.35 if kind == "lost" else 0.8)
        place, ago = rng.randrange(n_places), rng.randint(0, DAYS_BACK)
        single = _post(rng, kind, rng.randrange(2**31), category, has_photo, place, ago, None)
        posts.append(replace(single, colour=colour))
    # Oldest first, so that ids rise with the date as on a real site.
    return sorted(posts, key=lambda post: -post.days_ago)


def _post(
    rng: Random,
    kind: Kind,
    thing_seed: int,
    category: str,
    has_photo: bool,
    place: int,
    days_ago: int,
    pair: int | None,
) -> DemoPost:
    n_views = (2 if rng.random() < 0.25 else 1) if has_photo else 0
    return DemoPost(
        kind=kind,
        thing_seed=thing_seed,
        category=category,
        view_seeds=tuple(rng.randrange(2**31) for _ in range(n_views)),
        words_seed=rng.randrange(2**31),
        language="en" if rng.random() < 0.15 else "ko",
        place=place,
        days_ago=days_ago,
        pair=pair,
        names_category=rng.random() < 0.7,
    )


def _in_turns(rng: Random, categories: Sequence[str]) -> Iterator[str]:
    while True:
        yield from rng.sample(list(categories), len(categories))
