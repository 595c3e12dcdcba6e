"""Things are deterministic in their seed and belong to the taxonomy."""

from typing import Literal

import numpy as np
import pytest

from lostfound.data.campus_files import read_taxonomy
from matching.bundled.drawing.draw import draw_thing
from matching.bundled.drawing.things import (
    CATEGORIES,
    COLOURS,
    DRAWABLE,
    NEGATIVES,
    contrast,
    sample_thing,
)
from matching.bundled.drawing.views import PRESETS, photograph, view
from matching.bundled.drawing.words import COLOUR_WORDS, names

SIZE_PX = 64


def test_the_leaves_that_are_drawn_are_leaves_of_the_taxonomy() -> None:
    entries = read_taxonomy()
    parents = {entry.parent_code for entry in entries}
    leaves = {entry.code for entry in entries} - parents
    assert set(CATEGORIES) <= leaves
    assert len(CATEGORIES) >= 20
    assert not set(NEGATIVES) & {entry.code for entry in entries}


def test_every_drawable_category_has_names_in_both_languages() -> None:
    for language in ("ko", "en"):
        assert all(names(language)[code] for code in DRAWABLE)
        assert set(COLOUR_WORDS[language]) == set(COLOURS)


def test_a_seed_is_one_thing() -> None:
    assert sample_thing(7) == sample_thing(7)
    assert sample_thing(7) != sample_thing(8)
    assert sample_thing(7, "key").category == "key"


def test_a_category_that_cannot_be_drawn_is_named() -> None:
    with pytest.raises(ValueError, match="'spaceship' cannot be drawn"):
        sample_thing(1, "spaceship")


def test_the_accent_stands_out_from_the_colour() -> None:
    for seed in range(300):
        thing = sample_thing(seed)
        assert contrast(thing.colour, thing.accent) > 110


@pytest.mark.parametrize("category", DRAWABLE)
def test_a_thing_is_drawn_alike_each_time_and_others_differ(category: str) -> None:
    thing, other = sample_thing(1, category), sample_thing(2, category)
    drawn = np.asarray(draw_thing(thing, SIZE_PX))
    assert drawn.shape == (SIZE_PX, SIZE_PX, 4)
    assert np.array_equal(drawn, np.asarray(draw_thing(thing, SIZE_PX)))
    assert not np.array_equal(drawn, np.asarray(draw_thing(other, SIZE_PX)))
    covered = (drawn[..., 3] > 0).mean()
    assert 0.02 < covered < 0.98  # neither nothing nor the whole square


@pytest.mark.parametrize("preset", ["mild", "full"])
def test_a_view_follows_from_its_seed(preset: Literal["mild", "full"]) -> None:
    sprite = draw_thing(sample_thing(3, "umbrella"), SIZE_PX)
    first, again, other = (
        np.asarray(view(sprite, np.random.default_rng(seed), PRESETS[preset], SIZE_PX))
        for seed in (1, 1, 2)
    )
    assert first.shape == (SIZE_PX, SIZE_PX, 3)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_photograph_has_the_requested_size() -> None:
    picture = photograph(sample_thing(4), 1, "full", 96)
    assert (picture.mode, picture.size) == ("RGB", (96, 96))
