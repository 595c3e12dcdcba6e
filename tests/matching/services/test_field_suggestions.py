"""Suggestions for category and colour while a post is being written."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from lostfound.media.processing import PhotoRefused
from lostfound.models import Category, User
from matching.core.field_suggestions import ColourSet, propose_category, propose_colour
from matching.core.statistics import build_profile
from matching.encoders.base import forget_encoder
from matching.evaluation.simulator import BASE, simulate
from matching.models import IntakeQuestion
from matching.services import answer_intake, ask_intake
from matching.services.field_suggestions import prune_intake
from tests.support.builders import upload
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return UserFactory.create()


# --- What is proposed (simulated posts) ---


@pytest.mark.slow
def test_the_likeliest_category_of_a_post_without_a_label_is_proposed() -> None:
    dataset = simulate(BASE, 0)
    lost, found = dataset.candidates("lost"), dataset.candidates("found")
    profile = build_profile(lost, found, dataset.categories)
    labelled = [post for post in dataset.features("found")[:300] if post.category]
    first = [propose_category(post, profile) for post in labelled]
    right = [
        proposals[0].code == post.category
        for post, proposals in zip(labelled, first, strict=True)
        if proposals
    ]
    # By chance one of thirty; two of ten labels here are wrong or within a family of siblings.
    assert np.mean(right) > 0.4
    for proposals in first:
        p = [one.probability for one in proposals]
        assert p == sorted(p, reverse=True) and sum(p) <= 1.0 + 1e-6


@pytest.mark.slow
def test_the_authors_label_does_not_change_the_suggestions() -> None:
    dataset = simulate(BASE, 0)
    profile = build_profile(
        dataset.candidates("lost"), dataset.candidates("found"), dataset.categories
    )
    post = dataset.features("lost")[0]
    other = [
        propose_category(post.__class__(**{**vars(post), "category": code}), profile)
        for code in (None, "c0", "c5")
    ]
    assert other[0] == other[1] == other[2]


def test_an_empty_post_gets_no_certain_suggestion() -> None:
    dataset = simulate(BASE, 0)
    profile = build_profile(
        dataset.candidates("lost"), dataset.candidates("found"), dataset.categories
    )
    post = dataset.features("lost")[0]
    nothing = post.__class__(
        **{**vars(post), "text_vec": None, "image_vecs": np.zeros((0, profile.dim), np.float32)}
    )
    colours = ColourSet(np.array(["red", "blue"]), dataset.prompts[:2])
    assert [one.probability for one in propose_colour(nothing, profile, colours)] == [0.5, 0.5]
    assert all(one.probability < 0.9 for one in propose_category(nothing, profile))


# --- Requests and answers ---


def test_the_worker_answers_a_request_and_deletes_its_content(
    user: User, fake_encoder: Any, django_capture_on_commit_callbacks: Any, monkeypatch: Any
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(
        "matching.services.field_suggestions.enqueue",
        lambda task, *args, **options: sent.append(args[0]),
    )
    with django_capture_on_commit_callbacks(execute=True):
        question = ask_intake(user, title="black wallet", photo=upload(3))
    assert question.status == "waiting" and bytes(question.photo)
    assert sent == [str(question.public_id)]
    assert answer_intake(question.public_id) == "done"
    question.refresh_from_db()
    assert (question.text, bytes(question.photo)) == ("", b"")
    assert set(question.answer) == {"category", "colour"}
    codes = set(Category.objects.values_list("code", flat=True))
    assert {code for code, _p in question.answer["category"]} <= codes
    assert answer_intake(question.public_id) == "not waiting"


def test_numbers_of_people_are_masked_before_they_are_kept(user: User) -> None:
    question = ask_intake(user, title="지갑 900101-1234567")
    assert "1234567" not in question.text and "지갑" in question.text


def test_nothing_to_look_at_is_answered_at_once(user: User) -> None:
    assert ask_intake(user, title="  ").status == "done"


@pytest.mark.parametrize("text", ["가", "🧤🧤", "x" * 5000, "Ünïcødé ключи 鍵", "\x00\x00"])
def test_any_words_are_taken(user: User, fake_encoder: Any, text: str) -> None:
    question = ask_intake(user, title=text[:100], description=text)
    assert question.status == "done" or answer_intake(question.public_id) == "done"


def test_an_upload_that_is_no_photograph_is_refused(user: User) -> None:
    from django.core.files.base import ContentFile

    with pytest.raises(PhotoRefused):
        ask_intake(user, photo=ContentFile(b"no picture", name="a.jpg"))
    assert not IntakeQuestion.objects.exists()


def test_without_a_model_there_is_no_proposal_and_no_crash(user: User, settings: Any) -> None:
    settings.MATCHING = {**settings.MATCHING, "MODEL": "/nowhere"}
    forget_encoder()
    question = ask_intake(user, title="wallet")
    assert answer_intake(question.public_id) == "failed"
    forget_encoder()


def test_old_questions_are_removed(user: User) -> None:
    old, new = ask_intake(user, title="one"), ask_intake(user, title="two")
    IntakeQuestion.objects.filter(pk=old.pk).update(asked_at=timezone.now() - timedelta(hours=2))
    assert prune_intake() == 1
    assert IntakeQuestion.objects.get() == new


# --- The page and the API ---


def test_the_page_polls_and_gets_labels(client: Client, user: User, fake_encoder: Any) -> None:
    client.force_login(user)
    response = client.post(reverse("matching:ask_intake"), {"title": "wallet", "photo": upload(1)})
    assert response.status_code == 202
    url = response.json()["url"]
    assert client.get(url).json()["status"] == "waiting"
    question = IntakeQuestion.objects.get()
    category = Category.objects.filter(is_active=True).order_by("pk").first()
    assert category is not None
    question.status = "done"
    question.answer = {"category": [(category.code, 0.873)], "colour": [("black", 0.999)]}
    question.save()
    answered = client.get(url, headers={"accept-language": "en"}).json()
    with translation.override("en"):
        name = category.name
    assert answered["category"] == [{"value": str(category.pk), "label": name, "sure": "probably"}]
    assert answered["colour"][0]["value"] == "black"
    assert answered["colour"][0]["sure"] == "almost certainly"


def test_nobody_reads_the_answer_of_another(client: Client, user: User) -> None:
    question = ask_intake(user, title="wallet")
    client.force_login(UserFactory.create())
    assert client.get(reverse("matching:intake", args=[question.public_id])).status_code == 404


def test_a_bad_photograph_is_reported(client: Client, user: User) -> None:
    from django.core.files.base import ContentFile

    client.force_login(user)
    bad = ContentFile(b"no picture", name="a.jpg")
    refused = client.post(reverse("matching:ask_intake"), {"photo": bad})
    assert refused.status_code == 400 and refused.json()["detail"]


def test_requests_are_limited(client: Client, user: User, set_limit: Callable[..., None]) -> None:
    set_limit("intake", 2)
    client.force_login(user)
    statuses = [client.post(reverse("matching:ask_intake"), {}).status_code for _ in range(3)]
    assert statuses == [202, 202, 429]


def test_the_api_accepts_requests_and_returns_answers(client: Client, user: User) -> None:
    client.force_login(user)
    response = client.post(
        reverse("api-intake"), json.dumps({"title": "wallet"}), content_type="application/json"
    )
    assert response.status_code == 202 and response["Retry-After"] == "1"
    IntakeQuestion.objects.update(status="done", answer={"category": [], "colour": [["red", 0.5]]})
    answered = client.get(reverse("api-intake-answer", args=[response.json()["id"]])).json()
    assert (
        answered["colour"] == [{"code": "red", "probability": 0.5}] and answered["category"] == []
    )


@pytest.mark.model
def test_the_bundled_model_reads_korean_words(user: User) -> None:
    forget_encoder()
    question = ask_intake(user, title="검정색 장지갑", description="검은색 긴 지갑이에요")
    assert answer_intake(question.public_id) == "done"
    question.refresh_from_db()
    assert question.answer["colour"][0][0] == "black"
    assert question.answer["category"][0][0].startswith("wallet")
    forget_encoder()
