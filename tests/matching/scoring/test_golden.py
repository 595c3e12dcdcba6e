"""The project's original test cases with calibrated_v3 and the bundled model."""

import dataclasses
from collections.abc import Iterator
from random import Random
from typing import Any

import numpy as np
import pytest

from matching.bundled.drawing.captions import caption
from matching.bundled.drawing.things import CATEGORIES, Thing, sample_thing
from matching.bundled.drawing.views import photograph
from matching.conf import MatchingSettings
from matching.core.adaptation import adapt
from matching.core.calibrated import CalibratedV3
from matching.core.statistics import CategorySet, build_profile
from matching.core.types import Candidates, PostFeatures, Score, ScoringContext
from matching.core.vectors import unit
from matching.demo.campus import demo_posts
from matching.demo.seed import demo_thing
from matching.encoders.prompts import category_prompts
from matching.encoders.torch_clip import ClipEncoder

pytestmark = [pytest.mark.model, pytest.mark.django_db]

V3 = CalibratedV3()
PIXELS = 160
LABELS = [
    (None, None),
    ("wallet_long", "notebook"),
    ("wallet_long", "wallet_long"),
    ("notebook", "notebook"),
    ("wallet_long", None),
]


class Campus:
    """A hundred and twenty posts with drawings, and their scoring profile."""

    def __init__(self) -> None:
        self.encoder = ClipEncoder(MatchingSettings(threads=2))
        prompts = category_prompts()
        self.families = {one.code: one.family for one in prompts}
        means = [self.encoder.encode_texts(one.texts).mean(axis=0) for one in prompts]
        codes = np.array([one.code for one in prompts], dtype=np.str_)
        families = np.array([one.family for one in prompts], dtype=np.str_)
        posts = list(self._posts())
        self.lost, self.found = (
            [post for post in posts if post.kind == kind] for kind in ("lost", "found")
        )
        lost, found = Candidates.from_features(self.lost), Candidates.from_features(self.found)
        categories = CategorySet(codes, families, unit(np.stack(means)))
        self.profile = adapt(build_profile(lost, found, categories), lost, found)

    def _posts(self) -> Iterator[PostFeatures]:
        for number, spec in enumerate(demo_posts(5, CATEGORIES, 20)):
            thing = demo_thing(spec)
            detail = Random(number).choice((1, 2, 3))
            text = caption(thing, spec.words_seed + 1, spec.language, detail)
            yield self.post(
                spec.kind,
                text,
                [photograph(thing, seed, "mild", PIXELS) for seed in spec.view_seeds],
                spec.category if spec.names_category else None,
                post_id=number,
                day=30.0 - spec.days_ago,
            )

    def post(
        self, kind: Any, text: str, photos: list[Any], label: str | None = None, **facts: Any
    ) -> PostFeatures:
        dim = self.encoder.dim
        return PostFeatures(
            **{"post_id": 9000, "day": 10.0, **facts},
            kind=kind,
            text_vec=self.encoder.encode_texts([text])[0],
            image_vecs=self.encoder.encode_images(photos)
            if photos
            else np.zeros((0, dim), dtype=np.float32),
            category=label,
            family=self.families[label] if label else None,
        )

    def score(self, lost: PostFeatures, found: PostFeatures) -> Score:
        context = ScoringContext(profile=self.profile)
        return V3.score(lost, Candidates.from_features([found]), context).at(0)

    def rank(self, lost: PostFeatures, found: PostFeatures) -> int:
        """Rank of the found post among all of the campus."""
        candidates = Candidates.from_features([*self.found, found])
        scores = V3.score(lost, candidates, ScoringContext(profile=self.profile)).score
        return 1 + int((scores[:-1] > scores[-1]).sum())


@pytest.fixture(scope="module")
def campus(django_db_setup: Any, django_db_blocker: Any) -> Campus:
    with django_db_blocker.unblock():
        return Campus()


def thing(category: str, seed: int, **changes: Any) -> Thing:
    return dataclasses.replace(sample_thing(seed, category), **changes)


def shots(of: Thing, *seeds: int) -> list[Any]:
    return [photograph(of, seed, "mild", PIXELS) for seed in seeds]


LEATHER = {"colour": "black", "pattern": "leather", "accessory": "none"}


@pytest.mark.parametrize("labels", LABELS, ids=str)
def test_a_black_wallet_is_no_leather_notebook(campus: Campus, labels: Any) -> None:
    """With the same colours, and with right, wrong or missing categories."""
    wallet, notebook = thing("wallet_long", 1, **LEATHER), thing("notebook", 2, **LEATHER)
    lost = campus.post(
        "lost", "검은색 가죽 장지갑을 도서관에서 잃어버렸어요", shots(wallet, 1), labels[0]
    )
    found = campus.post(
        "found", "검은색 가죽 노트 도서관에서 주웠습니다", shots(notebook, 2), labels[1]
    )
    assert campus.score(lost, found).score < 0.1


def test_a_dog_is_no_wallet(campus: Campus) -> None:
    """Their posts have similar wording, and v1 suggested them as a match."""
    wallet, dog = thing("wallet_long", 1, **LEATHER), thing("dog", 3, colour="brown")
    lost = campus.post("lost", "검은색 지갑을 도서관에서 잃어버렸어요", shots(wallet, 1))
    found = campus.post("found", "갈색 강아지를 도서관에서 봤어요", shots(dog, 2))
    score = campus.score(lost, found)
    assert score.score < 0.01


@pytest.mark.parametrize(("lost_photo", "found_photo"), [(1, 1), (0, 1), (1, 0), (0, 0)])
def test_a_blue_umbrella_is_found_whoever_has_the_photograph(
    campus: Campus, lost_photo: int, found_photo: int
) -> None:
    umbrella = thing("umbrella", 9, colour="blue")
    lost = campus.post("lost", "파란 우산 잃어버렸어요", shots(umbrella, 1)[:lost_photo])
    found = campus.post("found", "푸른색 장우산 주웠습니다", shots(umbrella, 2)[:found_photo])
    assert campus.rank(lost, found) == 1
