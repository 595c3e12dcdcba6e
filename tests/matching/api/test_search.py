"""Searching and answering over the API."""

from typing import Any

import pytest

from matching.models import SuggestionAnswer
from matching.search.client import Hit
from matching.search.search import PER_PAGE
from matching.services import answer_suggestion, confirm_match
from tests.support.api_client import Device, code_of, errors_of
from tests.support.builders import make_category, make_post, make_user, upload
from tests.support.factories import MatchFactory, PostFactory, StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_anybody_can_search_and_sees_only_public_data(monkeypatch: pytest.MonkeyPatch) -> None:
    post = make_post(title="검은 우산", category=make_category(), photos=1, description="안쪽 이름")
    monkeypatch.setattr(
        "matching.search.search.find_things", lambda *_args: [Hit(post.pk, 2.0, ("text_image",))]
    )
    body = Device().get("search/", q="우산").json()
    assert (body["count"], body["pages"], body["by_meaning"]) == (1, 1, True)
    result = body["results"][0]
    assert result["why"] == ["It says “우산”", "Its photograph matches your words"]
    assert result["thing"]["id"] == str(post.public_id) and result["thing"]["thumbnail_url"]
    assert not {"description", "kept_note", "shelf", "author"} & result["thing"].keys()


def test_without_the_search_process_exact_words_are_matched() -> None:
    make_post(title="검은 우산")
    body = Device().get("search/", q="우산").json()
    assert body["by_meaning"] is False and body["count"] == 1
    assert Device().get("search/").json()["count"] == 1
    assert code_of(Device().send_form("search/photo/", {"photo": upload(1)}), 503) == "unavailable"


def test_invalid_parameters_are_named() -> None:
    phone = Device()
    days = {"since": "2026-12-01", "until": "2026-01-01"}
    assert errors_of(phone.get("search/", **days)) == {"until": ["before_since"]}
    assert errors_of(phone.get("search/", colour="ultraviolet")) == {"colour": ["invalid_choice"]}
    assert errors_of(phone.get("search/", since="soon")) == {"since": ["invalid"]}
    unknown = "00000000-0000-4000-8000-000000000000"
    assert errors_of(phone.get("search/", photo=unknown)) == {"photo": ["unknown"]}
    assert errors_of(phone.send_form("search/photo/", {})) == {"photo": ["required"]}


def test_pages_are_numbered_and_end() -> None:
    for number in range(PER_PAGE + 1):
        make_post(title=f"우산 {number}")
    phone = Device()
    for words in ({}, {"q": "우산"}):
        pages = [phone.get("search/", page=page, **words).json() for page in (1, 2, 3, 1_000_000)]
        assert [len(page["results"]) for page in pages] == [PER_PAGE, 1, 0, 0]
        assert {(page["count"], page["pages"]) for page in pages} == {(PER_PAGE + 1, 2)}
        assert [page["page"] for page in pages] == [1, 2, 3, 1_000_000]
    for nonsense in ("0", "-1", "", "one", "1.5", "²", "9" * 5000):
        assert errors_of(phone.get("search/", page=nonsense)) == {"page": ["invalid"]}


def test_a_photograph_returns_an_id_to_search_with(monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as np

    from matching.api import search
    from matching.core.vectors import PhotoVec

    seen: list[Any] = []

    def find(_text: str, photo: PhotoVec | None, _filters: Any) -> list[Hit]:
        seen.append(photo)
        return []

    monkeypatch.setattr(search, "embed_photo", lambda _jpeg: PhotoVec("f", np.ones(4, np.float32)))
    monkeypatch.setattr("matching.search.search.find_things", find)
    answer = Device().send_form("search/photo/", {"photo": upload(1)})
    assert answer.status_code == 201
    assert Device().get("search/", photo=answer.json()["photo"]).status_code == 200
    assert seen[0].fingerprint == "f" and seen[0].vec.tolist() == [1, 1, 1, 1]


def test_a_suggestion_is_answered_and_the_answer_withdrawn() -> None:
    author = make_user(password="correct horse")
    pair = MatchFactory.create(lost=PostFactory.create(author=author))
    phone = Device(author)
    path = f"/api/v1/posts/{pair.lost.public_id}/suggestions/{pair.pk}/answer/"

    def put(answer: str) -> Any:
        return phone.client.put(
            path, {"answer": answer}, content_type="application/json", headers=phone.headers
        )

    assert put("mine").json()["answer"] == "mine"
    listed = phone.get(f"posts/{pair.lost.public_id}/suggestions/").json()
    assert [row["answer"] for row in listed] == ["mine"]
    assert errors_of(put("perhaps")) == {"answer": ["invalid_choice"]}
    assert phone.delete(path).status_code == 204
    assert not SuggestionAnswer.objects.exists()
    pair.status = "withdrawn"
    pair.save()
    assert code_of(put("mine"), 409) == "not_answerable"
    assert code_of(phone.delete(path), 409) == "not_answerable"


def test_an_answer_that_staff_acted_on_stays() -> None:
    author = make_user(password="correct horse")
    pair = MatchFactory.create(lost=PostFactory.create(author=author))
    answer_suggestion(pair.lost, pair.pk, actor=author, answer="mine")
    confirm_match(pair, actor=StaffFactory.create())
    phone = Device(author)
    path = f"posts/{pair.lost.public_id}/suggestions/{pair.pk}/answer/"
    assert code_of(phone.delete(path), 409) == "not_answerable"
    assert SuggestionAnswer.objects.get().answer == "mine"


def test_a_note_that_cannot_be_saved_is_refused_by_its_name() -> None:
    author = make_user(password="correct horse")
    pair = MatchFactory.create(lost=PostFactory.create(author=author))
    phone = Device(author)
    answer = phone.client.put(
        f"/api/v1/posts/{pair.lost.public_id}/suggestions/{pair.pk}/answer/",
        '{"answer": "mine", "note": "\\ud800"}',
        content_type="application/json",
        headers=phone.headers,
    )
    assert list(errors_of(answer)) == ["note"]
