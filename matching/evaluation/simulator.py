"""Simulates datasets of CLIP-like vectors whose true pairs are known: `base` and `hard`.

Every vector sums a large direction common to its modality (the modality gap) and the contributions
of its category, of the thing itself, and of the single photograph or wording. The model is
invented; its constants are fitted to figures measured with the production model, which `measured`
computes for a simulated dataset.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from matching.core.arrays import Floats, Ints
from matching.core.vectors import Vec, unit
from matching.evaluation.dataset import BenchmarkDataset
from matching.evaluation.dataset_file import NO_CODE


@dataclass(frozen=True)
class SimulationSettings:
    """Assumptions behind a dataset. Shares of a vector's squared length add up to 1.

    The shares were fitted to 1,279 real lost-property photographs: the cosine of two photographs
    is .576 +- .094 across categories and .672 +- .098 within one, and 21.6% of the former are
    above .65; a text ranks its photograph among 268 first in .19 and within 5 in .39 of cases.
    """

    # --- Counts ---
    lost: int = 500
    found: int = 1200
    pairs: int = 500  # everything lost was handed in; nobody misses the other found things
    dim: int = 512  # enough for the spectrum below; the production model has 768
    categories: int = 30  # as many as are common in the campus taxonomy
    families: int = 9
    category_concentration: float = (
        0.3  # of a Dirichlet: a few categories make up half of all posts
    )

    # --- Vectors: shares of squared length ---
    decay: float = 1.05  # variance of direction k is k^-decay: about twenty directions matter
    image_common: float = 0.5744  # the mean cosine of any two photographs
    image_category: float = 0.059
    image_view: float = 0.121  # side, light and background of one photograph
    image_uneven: float = 0.09  # spread of the log length of the part that is not common
    text_common: float = 0.665
    text_category: float = 0.0715
    text_visible: float = 0.0147  # what a text says and a photograph shows
    text_other: float = 0.085  # what both people's texts say and no photograph shows
    text_uneven: float = 0.17  # some texts are vague, some full of detail
    isotropic: float = 0.6  # part of view and wording that spreads evenly over all directions
    gap: float = 0.149  # cosine of the common directions of both modalities, scaled
    family_share: float = 0.61  # of a category's vector, the part common to its family
    tightness: float = 1.84  # of a gamma: photographs of some categories all look the same
    makes: int = 3  # per category: white earphone cases look alike, whoever lost them
    make_share: float = 0.535  # of a thing's visible part, the share of its make
    prompt_category: float = 0.16  # a prompt is mostly its category, with some wording
    prompt_wording: float = 0.12

    # --- What people write and do ---
    photo_lost: float = 0.35
    photo_found: float = 0.75
    wrong_label: float = 0.10
    wrong_within_family: float = 0.6  # of the wrong labels
    no_label: float = 0.10
    no_place_lost: float = 0.10
    no_place_found: float = 0.02
    buildings: int = 40
    zones: int = 8
    same_building: float = 0.52  # of true pairs
    same_zone: float = 0.28
    period_days: float = 60.0
    delay_days: float = 4.0  # mean time until a thing is handed in
    misremembered: float = 0.05  # found before it was "lost"
    misremembered_days: float = 0.7
    backlog_found: int = 0  # of the found things, how many nobody missed come from long ago
    backlog_days: float = 400.0
    # --- Duplicates ---
    again_same_place: float = 0.85
    again_days: float = 1.0  # mean time until the second report


BASE: Final = SimulationSettings()
# More wrong labels, vaguer texts, slower hand-in and worse photographs.
HARD: Final = replace(
    BASE,
    wrong_label=0.25,
    no_label=0.15,
    text_category=0.055,
    text_visible=0.01,
    text_other=0.05,
    image_view=0.17,
    delay_days=9.0,
)
SIMULATIONS: Final = {
    "base": BASE,
    "hard": HARD,
    # One assumption broken in each.
    "seldom": replace(HARD, pairs=50),  # one thing in ten is handed in
    "backlog": replace(HARD, found=4200, backlog_found=3000),
    "one_category": replace(HARD, categories=1, families=1),
    "mislabelled": replace(HARD, wrong_label=0.4),
    "words": replace(HARD, photo_lost=0.0, photo_found=0.0),
    "flood": replace(HARD, categories=2, families=1, makes=1),  # two kinds that all look alike
    "small": replace(HARD, lost=12, found=18, pairs=8),
}


@dataclass(frozen=True, eq=False)
class Things:
    """Things before anybody writes about them. Shape: category (n,), others (n, dim)"""

    category: Ints
    visible: Floats
    other: Floats


class Simulator:
    """The categories and directions of one simulated campus; `dataset()` samples its posts."""

    def __init__(self, settings: SimulationSettings, seed: int) -> None:
        self.settings = settings
        self.rng = np.random.default_rng(seed)
        s, rng = settings, self.rng
        variance = np.arange(1, s.dim + 1, dtype=np.float64) ** -s.decay
        self.spread = np.sqrt(variance / variance.sum())
        extra = rng.integers(s.families, size=s.categories - s.families)
        self.family = np.sort(np.concatenate([np.arange(s.families), extra])).astype(np.int64)
        self.share = rng.dirichlet(np.full(s.categories, s.category_concentration))
        common = np.sqrt(s.family_share) * self._spectral(s.families)[self.family]
        category = common + np.sqrt(1 - s.family_share) * self._spectral(s.categories)
        tight = rng.gamma(s.tightness, 1 / s.tightness, (s.categories, 1))
        category = category * np.sqrt(tight)
        self.category = category - self.share @ category
        self.make = self._spectral(s.categories * s.makes)
        # The last directions carry hardly any variance, so the modalities' cones can lie there.
        self.image_cone, self.text_cone = np.eye(s.dim)[-1], np.eye(s.dim)[-2]
        overlap = s.gap / np.sqrt(s.image_common * s.text_common)
        self.text_cone = overlap * self.image_cone + np.sqrt(1 - overlap**2) * self.text_cone

    def _spectral(self, n: int) -> Floats:
        vecs = self.rng.normal(size=(n, self.settings.dim)) * self.spread
        return np.asarray(vecs, dtype=np.float64)

    def _noise(self, n: int) -> Floats:
        flat = self.rng.normal(size=(n, self.settings.dim)) / np.sqrt(self.settings.dim)
        share = self.settings.isotropic
        mixed = np.sqrt(1 - share) * self._spectral(n) + np.sqrt(share) * flat
        return np.asarray(mixed, dtype=np.float64)

    def things(self, n: int) -> Things:
        """Sample n things."""
        s, rng = self.settings, self.rng
        category = rng.choice(s.categories, n, p=self.share).astype(np.int64)
        make = self.make[category * s.makes + rng.integers(s.makes, size=n)]
        own = self._spectral(n)
        visible = np.sqrt(s.make_share) * make + np.sqrt(1 - s.make_share) * own
        return Things(category, visible, self._spectral(n))

    def images(self, things: Things, rows: Ints) -> Vec:
        """A photograph of each thing. Shape: (k, dim)"""
        s = self.settings
        of_thing = 1 - s.image_common - s.image_category - s.image_view
        shown = (
            np.sqrt(s.image_category) * self.category[things.category[rows]]
            + np.sqrt(of_thing) * things.visible[rows]
            + np.sqrt(s.image_view) * self._noise(len(rows))
        )
        uneven = np.exp(s.image_uneven * self.rng.normal(size=(len(rows), 1)))
        return unit(np.sqrt(s.image_common) * self.image_cone + uneven * shown)

    def texts(self, things: Things, rows: Ints) -> Vec:
        """A text about each thing. Shape: (k, dim)"""
        s = self.settings
        wording = 1 - s.text_common - s.text_category - s.text_visible - s.text_other
        content = (
            np.sqrt(s.text_category) * self.category[things.category[rows]]
            + np.sqrt(s.text_visible) * things.visible[rows]
            + np.sqrt(s.text_other) * things.other[rows]
            + np.sqrt(wording) * self._noise(len(rows))
        )
        uneven = np.exp(s.text_uneven * self.rng.normal(size=(len(rows), 1)))
        return unit(np.sqrt(s.text_common) * self.text_cone + uneven * content)

    def dataset(self, duplicates: int = 0) -> BenchmarkDataset:
        """Sample a dataset.

        Args:
            duplicates: this many of the first found posts get a duplicate in the last rows.
        """
        s, rng = self.settings, self.rng
        n = s.lost + s.found - s.pairs
        things = self.things(n)
        lost = np.arange(s.lost)
        found = rng.permutation(np.concatenate([np.arange(s.pairs), np.arange(s.lost, n)]))
        row_of = np.argsort(found)[: s.pairs]
        found = np.concatenate([found, found[:duplicates]])
        days = rng.uniform(0, s.period_days, n)
        if s.backlog_found:
            old = slice(n - s.backlog_found, n)
            days[old] = -rng.uniform(s.delay_days, s.backlog_days, s.backlog_found)
        zone = rng.integers(s.zones, size=s.buildings)
        visits = rng.dirichlet(np.full(s.buildings, 1.5))  # some buildings are busier
        lost_at = rng.choice(s.buildings, n, p=visits)
        prompts = unit(
            np.sqrt(s.text_common) * self.text_cone
            + np.sqrt(s.prompt_category) * self.category
            + np.sqrt(s.prompt_wording) * self._spectral(s.categories)
        )
        dataset = BenchmarkDataset(
            text_lost=self.texts(things, lost),
            text_found=self.texts(things, found),
            image_lost=self._some(self.images(things, lost), s.photo_lost),
            image_found=self._some(self.images(things, found), s.photo_found),
            prompts=prompts,
            family=self.family,
            category_lost=self._labels(things.category[lost]),
            category_found=self._labels(things.category[found]),
            place_lost=self._forgotten(lost_at[lost], s.no_place_lost),
            place_found=self._forgotten(
                self._carried(lost_at[found], zone, visits), s.no_place_found
            ),
            zone=zone.astype(np.int64),
            day_lost=days[lost],
            day_found=(days + self._delays(n))[found],
            pair_lost=np.arange(s.pairs),
            pair_found=row_of.astype(np.int64),
        )
        if duplicates:
            self._report_again(dataset, duplicates)
        return dataset

    def _report_again(self, dataset: BenchmarkDataset, duplicates: int) -> None:
        """A duplicate mostly names the same place, and is reported a little later."""
        first, again = slice(0, duplicates), slice(-duplicates, None)
        kept = self.rng.random(duplicates) < self.settings.again_same_place
        place, day = dataset.place_found, dataset.day_found
        place[again] = np.where(kept, place[first], place[again])
        day[again] = day[first] + self.rng.exponential(self.settings.again_days, duplicates)

    def _some(self, vecs: Vec, share: float) -> Vec:
        vecs[self.rng.random(len(vecs)) >= share] = np.nan
        return vecs

    def _labels(self, category: Ints) -> Ints:
        """The labels that authors choose: mostly right, else a sibling, anything, or nothing."""
        s, rng = self.settings, self.rng
        labels = category.copy()
        wrong = rng.random(len(category)) < s.wrong_label
        for row in np.flatnonzero(wrong) if s.categories > 1 else ():
            others = np.arange(s.categories) != category[row]
            siblings = np.flatnonzero(others & (self.family == self.family[category[row]]))
            within = len(siblings) and rng.random() < s.wrong_within_family
            labels[row] = rng.choice(siblings if within else np.flatnonzero(others))
        return self._forgotten(labels, s.no_label)

    def _forgotten(self, codes: Any, share: float) -> Ints:
        kept = np.asarray(codes, dtype=np.int64).copy()
        kept[self.rng.random(len(kept)) < share] = NO_CODE
        return kept

    def _carried(self, lost_at: Any, zone: Any, visits: Any) -> Any:
        """Where things are found: where they were lost, nearby, or anywhere else."""
        s, rng = self.settings, self.rng
        found_at = lost_at.copy()
        luck = rng.random(len(lost_at))
        for row in np.flatnonzero(luck >= s.same_building):
            near = zone == zone[lost_at[row]]
            within = luck[row] < s.same_building + s.same_zone
            reach = near & (np.arange(s.buildings) != lost_at[row]) if within else ~near
            if reach.any():
                weights = np.where(reach, visits, 0.0)
                found_at[row] = rng.choice(s.buildings, p=weights / weights.sum())
        return found_at

    def _delays(self, n: int) -> Floats:
        s, rng = self.settings, self.rng
        early = rng.random(n) < s.misremembered
        return np.where(
            early, -rng.exponential(s.misremembered_days, n), rng.exponential(s.delay_days, n)
        )


def simulate(settings: SimulationSettings, seed: int) -> BenchmarkDataset:
    """The dataset for a seed."""
    return Simulator(settings, seed).dataset()


def measured(
    settings: SimulationSettings, seed: int, n: int = 1000, among: int = 268
) -> dict[str, float]:
    """The figures that the settings were fitted to, computed for one simulated dataset.

    Keys: different_mean, different_sd, same_mean, same_sd (cosines of photographs of things of
    different and of the same category), different_above_065, text_image@1 and text_image@5.
    """
    simulator = Simulator(settings, seed)
    things = simulator.things(n)
    rows = np.arange(n)
    images, texts = simulator.images(things, rows), simulator.texts(things, rows)
    cosines = (images @ images.T)[~np.eye(n, dtype=np.bool_)]
    same = (things.category[:, None] == things.category[None, :])[~np.eye(n, dtype=np.bool_)]
    finds = (texts @ images.T)[:among, :among]
    rank = (finds > np.diag(finds)[:, None]).sum(axis=1)
    return {
        "different_mean": float(cosines[~same].mean()),
        "different_sd": float(cosines[~same].std()),
        "different_above_065": float((cosines[~same] > 0.65).mean()),
        "same_mean": float(cosines[same].mean()),
        "same_sd": float(cosines[same].std()),
        "text_image@1": float((rank < 1).mean()),
        "text_image@5": float((rank < 5).mean()),
    }
