"""The owner's answer to a suggestion: evidence for staff, not a decision."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from pytest_django import Settings

from lostfound.models import PostEvent
from matching.models import Match, SuggestionAnswer
from matching.services import (
    AnswerRefused,
    answer_suggestion,
    confirm_match,
    reject_match,
    withdraw_answer,
)
from tests.support.builders import make_user
from tests.support.factories import (
    FoundPostFactory,
    MatchFactory,
    PostFactory,
    StaffFactory,
    UserFactory,
)
from tests.support.web_client import PASSWORD, page, pressed_too_late, signed_in

pytestmark = pytest.mark.django_db
MINE, NOT_MINE = SuggestionAnswer.Answer.MINE, SuggestionAnswer.Answer.NOT_MINE


@pytest.fixture
def pair() -> Match:
    return MatchFactory.create()


def test_an_answer_does_not_change_the_pair_or_the_posts(pair: Match) -> None:
    stored = answer_suggestion(pair.lost, pair.pk, actor=pair.lost.author, answer=MINE)
    pair.refresh_from_db()
    assert (stored.answer, pair.status, pair.lost.status) == ("mine", "suggested", "open")
    event = PostEvent.objects.get(post=pair.lost, action="answered")
    assert event.detail == {"match": pair.pk, "answer": "mine"}


def test_a_later_answer_replaces_it_and_can_be_withdrawn(pair: Match) -> None:
    for answer in (MINE, NOT_MINE):
        answer_suggestion(pair.lost, pair.pk, actor=pair.lost.author, answer=answer)
    assert SuggestionAnswer.objects.get().answer == NOT_MINE
    assert withdraw_answer(pair.lost, pair.pk, actor=pair.lost.author)
    assert not withdraw_answer(pair.lost, pair.pk, actor=pair.lost.author)
    assert not SuggestionAnswer.objects.exists()


def test_numbers_in_a_note_are_masked_and_it_is_truncated(pair: Match) -> None:
    note = "901225-1234567 " + "가" * 400
    stored = answer_suggestion(pair.lost, pair.pk, actor=pair.lost.author, answer=MINE, note=note)
    assert "1234567" not in stored.note and len(stored.note) == 200


@pytest.mark.parametrize("status", ["gated", "withdrawn", "rejected", "drawn", "confirmed"])
def test_only_what_is_suggested_can_be_answered(status: str) -> None:
    pair = MatchFactory.create(status=status)
    with pytest.raises(AnswerRefused):
        answer_suggestion(pair.lost, pair.pk, actor=pair.lost.author, answer=MINE)


def test_nobody_else_answers(pair: Match) -> None:
    for person, post in (
        (UserFactory.create(), pair.lost),
        (pair.found.author, pair.found),
        (pair.found.author, pair.lost),
    ):
        with pytest.raises(AnswerRefused):
            answer_suggestion(post, pair.pk, actor=person, answer=MINE)
    other = PostFactory.create(author=pair.lost.author)
    with pytest.raises(AnswerRefused):
        answer_suggestion(other, pair.pk, actor=other.author, answer=MINE)
    with pytest.raises(AnswerRefused):
        answer_suggestion(pair.lost, pair.pk, actor=pair.lost.author, answer="perhaps")


def test_pairs_below_shown_from_are_neither_shown_nor_answerable(settings: Settings) -> None:
    settings.MATCHING = {**settings.MATCHING, "SHOWN_FROM": 0.5}
    lost = PostFactory.create()
    weak, strong = (
        MatchFactory.create(lost=lost, score=score, found=FoundPostFactory.create(title=title))
        for score, title in ((0.4, "weak one"), (0.6, "strong one"))
    )
    with pytest.raises(AnswerRefused):
        answer_suggestion(lost, weak.pk, actor=lost.author, answer=MINE)
    assert answer_suggestion(lost, strong.pk, actor=lost.author, answer=MINE)
    settings.MATCHING = {**settings.MATCHING, "SHOWN_FROM": 1.1}
    lost.matching_job.delete() if hasattr(lost, "matching_job") else None
    assert "strong one" not in page(signed_in(lost.author).get(lost.get_absolute_url()))


def test_the_page_asks_and_shows_the_answer(pair: Match) -> None:
    from matching.models import MatchingJob

    MatchingJob.objects.update_or_create(
        post=pair.lost, defaults={"status": MatchingJob.Status.DONE}
    )
    client = signed_in(pair.lost.author)
    address = f"{pair.lost.get_absolute_url()}suggestions/{pair.pk}/"
    url = pair.lost.get_absolute_url()
    assert 'value="mine"' in page(client.get(url))
    answer = client.post(address, {"answer": "mine"})
    assert answer.status_code == 302 and answer.headers["Location"].startswith(url)
    text = page(client.get(url))
    assert "is-mine" in text and 'value="none"' in text and 'value="not_mine"' not in text
    client.post(address, {"answer": "none"})
    assert not SuggestionAnswer.objects.exists()
    assert client.post(address, {"answer": "perhaps"}, follow=True).status_code == 200
    stranger = signed_in(UserFactory.create())
    assert stranger.post(address, {"answer": "mine"}).status_code == 404


def test_the_finders_page_does_not_show_the_owners_answer(pair: Match) -> None:
    from matching.models import MatchingJob

    MatchingJob.objects.update_or_create(
        post=pair.found, defaults={"status": MatchingJob.Status.DONE}
    )
    answer_suggestion(pair.lost, pair.pk, actor=pair.lost.author, answer=MINE)
    text = page(signed_in(pair.found.author).get(pair.found.get_absolute_url()))
    assert pair.lost.title in text and "is-mine" not in text


@pytest.mark.parametrize("decide", [confirm_match, reject_match])
def test_an_answer_cannot_be_withdrawn_after_a_decision(pair: Match, decide: Any) -> None:
    answer_suggestion(pair.lost, pair.pk, actor=pair.lost.author, answer=MINE)
    decide(pair, actor=StaffFactory.create())
    pair.lost.refresh_from_db()
    with pytest.raises(AnswerRefused):
        withdraw_answer(pair.lost, pair.pk, actor=pair.lost.author)
    client = signed_in(pair.lost.author)
    address = f"{pair.lost.get_absolute_url()}suggestions/{pair.pk}/"
    shown = page(client.post(address, {"answer": "none"}, follow=True))
    assert gettext("This suggestion is no longer open.") in shown
    assert SuggestionAnswer.objects.get().answer == MINE


def test_nobody_else_can_withdraw_an_answer(pair: Match) -> None:
    answer_suggestion(pair.lost, pair.pk, actor=pair.lost.author, answer=MINE)
    for person, post in ((pair.found.author, pair.found), (UserFactory.create(), pair.lost)):
        with pytest.raises(AnswerRefused):
            withdraw_answer(post, pair.pk, actor=person)
    assert SuggestionAnswer.objects.exists()


def test_a_note_is_cleaned_like_a_post(pair: Match) -> None:
    note = "이름이\u202e 적혀\x07 있어요\n 안쪽에\u200b"
    stored = answer_suggestion(pair.lost, pair.pk, actor=pair.lost.author, answer=MINE, note=note)
    assert stored.note == "이름이 적혀 있어요 안쪽에"
    for unsaveable in ("\ud800", "우산\x00"):
        with pytest.raises(ValidationError) as refused:
            answer_suggestion(
                pair.lost, pair.pk, actor=pair.lost.author, answer=MINE, note=unsaveable
            )
        assert set(refused.value.error_dict) == {"note"}


def test_after_signing_in_again_a_person_answers_again_on_the_posts_page() -> None:
    person = make_user(password=PASSWORD)
    pair = MatchFactory.create(lost__author=person)
    address = f"{pair.lost.get_absolute_url()}suggestions/{pair.pk}/"
    answer = pressed_too_late(person, address, answer="mine")
    assert answer.request["PATH_INFO"] == pair.lost.get_absolute_url()
    assert "nothing has changed yet" in page(answer) and not SuggestionAnswer.objects.exists()
    answer.client.post(address, {"answer": "mine"})
    assert SuggestionAnswer.objects.get().answer == "mine"


def test_the_limit_on_answers_says_when_it_ends(
    pair: Match, set_limit: Callable[..., None], four_minutes_left: None
) -> None:
    set_limit("answer", 1)
    client = signed_in(pair.lost.author, "en")
    address = f"{pair.lost.get_absolute_url()}suggestions/{pair.pk}/"
    client.post(address, {"answer": "mine"})
    shown = page(client.post(address, {"answer": "none"}, follow=True))
    assert "Try again at 17:00." in shown
    assert SuggestionAnswer.objects.get().answer == MINE
