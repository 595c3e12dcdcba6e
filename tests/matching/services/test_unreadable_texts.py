"""Texts that the encoder cannot read: stored as read, and no evidence of anything."""

from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from lostfound.services import edit_post
from matching.encoders.base import current_fingerprint, forget_encoder
from matching.models import Embedding, Match, MatchingJob
from matching.review.explain import compared_words, explain_terms
from matching.search import server_handlers
from matching.services import (
    answer_intake,
    ask_intake,
    embed_backlog,
    match_post,
    missing_posts,
    retry_matching,
)
from matching.services.profiles import build_scoring_profile
from tests.support.factories import BuildingFactory, UserFactory
from tests.support.pipeline import OTHER_ENCODER, found, make, matched, pair_of

pytestmark = pytest.mark.django_db

CYRILLIC = "потерян кошелёк"  # the fake encoder cannot read it
V3 = {"STRATEGY": "calibrated_v3"}


def use(settings: Settings, **values: Any) -> None:
    settings.MATCHING = {**settings.MATCHING, **values}


def row_of(post: Any) -> Embedding:
    return Embedding.objects.get(post=post, modality="text", fingerprint=current_fingerprint())


# --- With the real model ---


@pytest.fixture
def bundled() -> Any:
    forget_encoder()
    yield
    forget_encoder()


@pytest.mark.model
@pytest.mark.parametrize(
    ("lost_text", "found_text"),
    [("財布をなくしました", "傘を拾いました"), ("Потерял кошелёк", "Найден зонт"), ("📱😀", "🎒")],
    ids=["japanese", "russian", "emoji"],
)
def test_unreadable_posts_do_not_match_each_other(
    bundled: None, lost_text: str, found_text: str
) -> None:
    found(title="파란 우산")
    other, lost = found(title=found_text), matched(title=lost_text)
    pair = Match.objects.filter(lost=lost, found=other).first()
    assert pair is None or (pair.terms["text_text"] is None and pair.score < 0.5)
    # A post with words beside it is no more of a stranger than they are to each other.
    other_pair = Match.objects.filter(lost=lost).exclude(found=other).first()
    if pair and other_pair:
        assert abs((pair.log_odds or 0.0) - (other_pair.log_odds or 0.0)) < 1.0


@pytest.mark.model
def test_an_unreadable_query_finds_nothing_and_suggests_nothing(bundled: None) -> None:
    for title in ("財布をなくしました", "Найден зонт", "파란 우산"):
        found(title=title)
    build_scoring_profile()
    for text in ("財布", "зонт", "🎒", "1234"):
        assert server_handlers.answer({"do": "find", "text": text}) == {"found": []}
    question = ask_intake(UserFactory.create(), title="財布をなくしました")
    assert answer_intake(question.public_id) == "done"
    question.refresh_from_db()
    assert question.answer == {"category": [], "colour": []}


@pytest.mark.model
def test_readable_words_find_no_unreadable_post(bundled: None) -> None:
    unreadable = [found(title=title) for title in ("財布をなくしました", "Найден зонт")]
    umbrella = found(title="파란 우산")
    build_scoring_profile()
    hits = server_handlers.answer({"do": "find", "text": "우산"})["found"]
    assert hits[0]["id"] == umbrella.pk
    assert not {hit["id"] for hit in hits} & {post.pk for post in unreadable}


# --- What is stored ---


def test_it_is_stored_as_embedded_and_embedded_once(fake_encoder: Any) -> None:
    post = matched(title=CYRILLIC, photos=1)
    row = row_of(post)
    assert bytes(row.data) == b"" and row.dim == fake_encoder.dim
    assert missing_posts(current_fingerprint()) == []
    before = dict(fake_encoder.forward_counts)
    retry_matching([post])
    assert match_post(post.pk) == "matched"
    matched(title=CYRILLIC, photos=1)  # the same content in another post
    assert fake_encoder.forward_counts == before
    assert Embedding.objects.filter(data=b"").count() == 2


def test_an_edit_to_words_and_back_replaces_it(fake_encoder: Any) -> None:
    post = matched(title=CYRILLIC)
    for title, has_vector in (("black wallet", True), (CYRILLIC, False)):
        edit_post(post, actor=post.author, fields={"title": title})
        assert match_post(post.pk) == "matched"
        assert bool(row_of(post).data) is has_vector


def test_another_encoder_reads_it_anew(fake_encoder: Any, settings: Settings) -> None:
    posts = [matched(title=CYRILLIC), make(title=CYRILLIC), make(title="black wallet")]
    use(settings, ENCODER=OTHER_ENCODER)
    assert sorted(missing_posts(current_fingerprint())) == sorted(post.pk for post in posts)
    assert embed_backlog([post.pk for post in posts]).embedded == 3
    assert [bool(row_of(post).data) for post in posts] == [False, False, True]
    assert [match_post(post.pk) for post in posts] == ["matched"] * 3


def test_a_photograph_without_a_vector_is_an_error(
    fake_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode = type(fake_encoder).encode_images
    monkeypatch.setattr(
        type(fake_encoder), "encode_images", lambda self, images: encode(self, images) * 0.0
    )
    post = make(photos=1)
    assert match_post(post.pk) == "went wrong"
    assert "no vector for a photograph" in MatchingJob.objects.get(post=post).error


# --- What it is worth ---


@pytest.mark.parametrize("strategy", ["clip_zeroshot_v1", "clip_zeroshot_v2", "calibrated_v3"])
@pytest.mark.parametrize("index", ["memory", "pgvector"])
def test_facts_and_photographs_still_match(
    fake_encoder: Any, settings: Settings, strategy: str, index: str
) -> None:
    if index == "pgvector" and connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL")
    use(settings, STRATEGY=strategy, INDEX=index, THRESHOLD=0.0)
    place = BuildingFactory.create()
    for number in range(3):
        found(title=f"thing {number}", photos=1)
    other = found(title=CYRILLIC, building=place, photos=1)
    plain = found(title=CYRILLIC, building=place)
    lost = matched(title="потерян зонт", building=place, photos=1)
    pair = pair_of(lost, other)
    assert pair.terms["text_text"] is None and pair.terms["image_image"] is not None
    assert "글은 비교하지 못함" in str(compared_words(pair))
    bare = matched(title="кошелёк", building=place)
    without = pair_of(bare, plain)
    assert without.terms["text_text"] is None
    if strategy == "calibrated_v3":
        assert without.terms["place"] is not None
        lines = {term.name: term.value for term in explain_terms(without)}
        assert "읽지 못하는" in lines["text_text"]
