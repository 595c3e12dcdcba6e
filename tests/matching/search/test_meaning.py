"""The search process with the real model: queries with a meaning, and nonsense."""

from collections.abc import Iterator

import pytest

from lostfound.models import Category, Post
from lostfound.services import submit_post
from matching.core.types import Score
from matching.encoders.base import current_fingerprint, forget_encoder
from matching.search import server_handlers
from matching.services import match_post
from matching.services.profiles import build_scoring_profile, current_profile
from tests.support.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.model]

NAMED = {
    "파란 우산": "umbrella",
    "빨간 통기타": "guitar",
    "검은 지갑": "wallet_fold",
    "하얀 축구공": "ball",
    "green hoodie": "hoodie",
    "은색 열쇠": "key",
    "갈색 모자": "cap",
}
UNREADABLE = ("ZX-778", "이상한 물건")  # unknown to the bundled model


@pytest.fixture(autouse=True)
def fresh_encoder() -> Iterator[None]:
    forget_encoder()
    yield
    forget_encoder()


def posted(title: str, category: str | None, kind: str = "found") -> Post:
    post = submit_post(
        author=UserFactory.create(),
        kind=kind,
        fields={
            "title": title,
            "category": category and Category.objects.get(code=category),
            "kept_note": "desk" if kind == "found" else "",
        },
        photos=[],
    )
    assert match_post(post.pk) == "matched"
    return post


@pytest.fixture
def site() -> dict[str, Post]:
    """Things with descriptions, and two whose text means nothing to the model."""
    posts = {title: posted(title, category) for title, category in NAMED.items()}
    for title in NAMED:
        posted(title, None, "lost")
    posts |= {title: posted(title, None) for title in UNREADABLE}
    build_scoring_profile()
    return posts


def find(text: str) -> list[int]:
    return [int(hit["id"]) for hit in server_handlers.answer({"do": "find", "text": text})["found"]]


def test_nonsense_finds_nothing_and_words_find_what_they_mean(site: dict[str, Post]) -> None:
    for nonsense in ("asdfqwerzxcv", "쀍뷁", "lorem ipsum", "photosynthesis"):
        assert find(nonsense) == [], nonsense
    for text, title in (
        ("umbrella", "파란 우산"),
        ("기타", "빨간 통기타"),
        ("wallet", "검은 지갑"),
    ):
        found = find(text)
        assert found[0] == site[title].pk
        assert not {site[title].pk for title in UNREADABLE} & set(found)


def test_unreadable_posts_are_filtered_by_the_comparison_with_nonsense(
    site: dict[str, Post], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_handlers, "_without_nonsense", lambda results, _profile: results)
    assert set(find("asdfqwerzxcv")) == {site[title].pk for title in UNREADABLE}


def test_only_strong_evidence_is_a_reason(site: dict[str, Post]) -> None:
    profile = current_profile(current_fingerprint())
    assert profile is not None
    terms = {"prior": -4.0, "text_text": 3.0, "category": 0.5, "text_image": None}
    result = server_handlers._scored_post(Score(1, 0.5, terms), profile.evidence_weights)
    assert result[0] == 1 and result[2] == ["text_text"]
