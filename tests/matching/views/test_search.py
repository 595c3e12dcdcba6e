"""The search page: its URLs, its errors, and the parameters that it keeps."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lostfound.models import Building, Category
from matching.core.vectors import PhotoVec
from matching.models import PhotoQuery
from matching.search.client import FinderAway, Hit
from matching.views import search
from tests.support.builders import make_post, make_user, upload
from tests.support.web_client import page, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

PARAMS = {"q": "우산", "colour": "blue", "since": "2026-03-01"}
ADDRESS = "/search/?q=%EC%9A%B0%EC%82%B0"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def hits(monkeypatch: pytest.MonkeyPatch) -> list[Hit]:
    """The search process's results; tests add to them."""
    listed: list[Hit] = []
    monkeypatch.setattr("matching.search.search.find_things", lambda *_args: list(listed))
    return listed


def read_photo(_jpeg: bytes) -> PhotoVec:
    return PhotoVec("f", np.ones(4, np.float32))


def test_a_refused_photograph_keeps_words_and_facts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = signed_in(None)
    monkeypatch.setattr(search, "embed_photo", read_photo)
    text = SimpleUploadedFile("a.jpg", b"no photograph", "image/jpeg")
    for photo in ({"photo": text}, {}):
        answer = client.post("/search/photo/", {**PARAMS, "category": "", **photo})
        assert answer["Location"] == f"{ADDRESS}&colour=blue&since=2026-03-01"

    def away(_jpeg: bytes) -> PhotoVec:
        raise FinderAway("away")

    monkeypatch.setattr(search, "embed_photo", away)
    answer = client.post("/search/photo/", {**PARAMS, "photo": upload(1)})
    assert answer["Location"] == f"{ADDRESS}&colour=blue&since=2026-03-01"


def test_words_a_photograph_and_facts_share_one_url(monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(None)
    monkeypatch.setattr(search, "embed_photo", read_photo)
    answer = client.post("/search/photo/", {**PARAMS, "next": "//evil", "photo": upload(1)})
    photo = PhotoQuery.objects.get().public_id
    address = f"{ADDRESS}&photo={photo}&colour=blue&since=2026-03-01"
    assert answer["Location"] == address
    text = page(client.get(address))
    assert f'<input type="hidden" name="photo" value="{photo}">' in text
    assert f'href="{ADDRESS}&amp;colour=blue&amp;since=2026-03-01"' in text  # without it
    # Without a script, the next photograph is sent with the current parameters.
    assert text.count('<input type="hidden" name="q" value="우산">') == 1


def test_an_htmx_response_updates_everything_that_depends_on_the_search(hits: list[Hit]) -> None:
    client = signed_in(None)
    answer = client.get("/search/", {**PARAMS, "category": "", "building": ""}, headers=HTMX)
    assert answer["HX-Push-Url"] == f"{ADDRESS}&colour=blue&since=2026-03-01"
    text = page(answer)
    assert "<html" not in text
    for slot in ("search-by", "search-reset", "search-along", "search-error-until"):
        assert f'id="{slot}" hx-swap-oob="true"' in text
    assert 'href="/search/">' in text  # the link that clears the search
    wrong = page(
        client.get("/search/", {"since": "2026-03-09", "until": "2026-03-02"}, headers=HTMX)
    )
    assert 'id="search-error-until" hx-swap-oob="true"><ul' in wrong


@pytest.mark.parametrize(
    ("params", "field", "words"),
    [
        ({"q": "a" * 201}, "q", "This is too long. Please use at most 200 characters."),
        ({"q": "a\x00b"}, "q", "This contains a character that cannot be read."),
        ({"q": "%"}, "q", "Please enter a word or a number, such as a thing or its colour."),
        ({"q": "🙂"}, "q", "Please enter a word or a number, such as a thing or its colour."),
        ({"q": "ㅇㅅ"}, "q", "Please enter a word or a number, such as a thing or its colour."),
        ({"colour": "ultra"}, "colour", "Please choose from the list."),
        ({"category": "ultra"}, "category", "Please choose from the list."),
        ({"building": "ultra"}, "building", "Please choose from the list."),
        ({"q": "우산", "until": "soon"}, "until", "This is not a valid date. "),
        (
            {"since": "2026-03-09", "until": "2026-03-02"},
            "until",
            "This day is before the first one.",
        ),
    ],
)
def test_errors_are_shown_at_their_fields_and_nothing_is_listed(
    params: dict[str, str], field: str, words: str
) -> None:
    make_post(title="우산")
    text = page(signed_in(None, "en").get("/search/", params))
    start = text.index(f'id="search-error-{field}"')
    assert words in text[start : start + 300]
    assert 'class="card"' not in text
    assert "Please correct the marked fields and search again." in text


def test_things_hidden_by_a_category_or_colour_are_counted_and_linked(
    hits: list[Hit],
) -> None:
    umbrella = Category.objects.get(code="umbrella")
    make_post(title="우산", category=umbrella, colour="blue")
    for _ in range(3):
        make_post(title="긴 우산", colour="blue")
    make_post(title="작은 우산", category=umbrella)
    client = signed_in(None, "en")
    text = page(client.get("/search/?q=우산&category=umbrella&colour=blue"))
    assert text.count('class="card"') == 1
    assert "3 things without a category are not shown." in text
    assert f'href="{ADDRESS}&amp;colour=blue"' in text
    assert "1 thing without a colour is not shown." in text
    assert f'href="{ADDRESS}&amp;category=umbrella"' in text
    assert "not shown" not in page(client.get("/search/?q=우산"))
    assert "3 things without a category" in page(client.get("/search/?category=umbrella"))


def test_a_name_is_quoted_as_it_stands_on_the_page(hits: list[Hit]) -> None:
    building = Building.objects.order_by("pk")[0]
    umbrella = Category.objects.get(code="umbrella")
    make_post(title="파란 물건", category=umbrella, building=building)
    korean = page(signed_in(None).get("/search/", {"q": "umbrella"}))
    assert "“우산”" in korean and "umbrella”" not in korean
    text = page(signed_in(None, "en").get("/search/", {"q": "우산"}))
    assert "Its category is “Umbrella”" in text and "It says" not in text
    place = page(signed_in(None, "en").get("/search/", {"q": building.name_ko}))
    assert f"Its place is “{building.name_en}”" in place


def test_without_results_a_new_post_starts_with_the_words(hits: list[Hit]) -> None:
    text = page(signed_in(None).get("/search/", {"q": "분홍 코끼리 & 공"}))
    link = (
        "/posts/new/lost/?title=%EB%B6%84%ED%99%8D%20%EC%BD%94%EB%81%BC%EB%A6%AC%20%26%20%EA%B3%B5"
    )
    assert f'href="{link}"' in text
    form = page(signed_in(make_user()).get(link))
    assert 'value="분홍 코끼리 &amp; 공"' in form


def test_a_thing_links_back_to_the_search_it_was_opened_from() -> None:
    thing = f"/things/{make_post(title='우산').public_id}/"
    client = signed_in(None)

    def back(referer: str) -> Any:
        text = page(client.get(thing, headers={"referer": referer}))
        return text.split('<a class="back" href="')[1].split('"')[0]

    assert back("http://testserver/search/?q=a&colour=blue&page=2") == (
        "/search/?q=a&amp;colour=blue&amp;page=2"
    )
    for other in (
        "",
        "http://testserver/",
        "http://testserver/posts/?q=a",
        "https://evil.example/search/?q=a",
        "javascript:alert(1)",
        "//evil.example/search/?q=a",
    ):
        assert back(other) == "/search/", other


def test_the_limit_says_when_it_ends(
    set_limit: Callable[..., None], four_minutes_left: None
) -> None:
    set_limit("search", 1)
    client = signed_in(make_user(), "en")
    assert client.get(ADDRESS).status_code == 200
    refused = client.get(ADDRESS)
    assert refused.status_code == 429 and "Try again at 17:00." in page(refused)
    answer = client.post("/search/photo/", {"photo": upload(1)}, follow=True)
    assert "Try again at 17:00." in page(answer)


@pytest.mark.parametrize("form", ["LF-{}", "ＬＦ {}"])
def test_a_number_leads_to_its_thing(form: str) -> None:
    post = make_post(title="긴 우산")
    make_post(title="다른 우산")
    client = signed_in(None, "en")
    html = page(client.get("/search/", {"q": form.format(post.pk)}))
    assert "긴 우산" in html and "다른 우산" not in html and f"Its number is {post.number}" in html
    answer = client.get("/api/v1/search/", {"q": form.format(post.pk)}).json()
    assert [row["thing"]["id"] for row in answer["results"]] == [str(post.public_id)]
    assert answer["results"][0]["why"] == [f"Its number is {post.number}"]
