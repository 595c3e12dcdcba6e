"""Every term and exclusion reason has a text in both languages."""

import dataclasses

import numpy as np
import pytest
from django.utils import translation

from matching.core.registry import STRATEGIES
from matching.core.statistics import build_profile
from matching.core.types import Candidates, PostFeatures, ScoringContext
from matching.evaluation.simulator import BASE, simulate
from matching.models import Match
from matching.review.explain import (
    compared_words,
    explain_exclusions,
    explain_terms,
    strategy_words,
)


def a_match(name: str, both_photos: bool = True) -> Match:
    """A match as a strategy scores two posts about the same thing."""
    vecs = np.eye(4, dtype=np.float32)
    images = vecs[:1] if both_photos else vecs[:0]
    lost = PostFeatures(1, "lost", vecs[0], images, category="wallet", family="wallets")
    found = PostFeatures(2, "found", vecs[0], images, category="phone", family="phones")
    dataset = simulate(
        dataclasses.replace(BASE, lost=5, found=5, pairs=5, dim=4, categories=3, families=2), 1
    )
    profile = build_profile(
        dataset.candidates("lost"), dataset.candidates("found"), dataset.categories
    )
    context = ScoringContext(profile=profile)
    scores = STRATEGIES[name].score(lost, Candidates.from_features([found]), context)
    return Match(
        strategy=name, score=0.5, terms=scores.at(0).terms, exclusions=list(scores.exclusions)
    )


def test_the_stored_order_of_terms_does_not_matter() -> None:
    """PostgreSQL returns them sorted by the length of their names."""
    match = a_match("calibrated_v3")
    as_written = explain_terms(match)
    match.terms = dict(sorted(match.terms.items(), key=lambda item: (len(item[0]), item[0])))
    assert explain_terms(match) == as_written
    assert as_written[0].name == "prior"


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("name", STRATEGIES)
def test_no_code_is_shown_in_place_of_words(name: str, language: str) -> None:
    match = a_match(name)
    with translation.override(language):
        terms, exclusions = explain_terms(match), explain_exclusions(match)
        assert [term.name for term in terms] == list(match.terms)
        assert len(exclusions) == len(match.exclusions) >= 4
        shown = {term.name: term.label for term in terms}
        shown |= dict(zip(match.exclusions, exclusions, strict=True)) | {name: strategy_words(name)}
        for code, words in shown.items():
            assert words not in (code, code.replace("_", " "))
            assert any("가" <= letter <= "힣" for letter in words) == (language == "ko"), words


def test_an_absent_channel_is_shown_as_absent() -> None:
    terms = {term.name: term for term in explain_terms(a_match("clip_zeroshot_v2", False))}
    assert terms["image_image"].missing and not terms["text_text"].missing


def test_what_was_compared_follows_from_the_terms() -> None:
    with translation.override("en"):
        assert "text only" in compared_words(a_match("clip_zeroshot_v2", False))
        assert "photographs of both" in compared_words(a_match("clip_zeroshot_v2"))
        one = Match(terms={"text_text": 0.4, "image_image": None, "text_image": 0.2})
        assert "photograph of one" in compared_words(one)
