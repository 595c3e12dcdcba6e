"""A post that is sent twice is saved once, from an app or the page's form."""

import pytest
from django.test import Client

from lostfound.models import DeletedPost, Post
from lostfound.services import DuplicateSubmission, delete_post, submit_post
from tests.support.api_client import Device, code_of, errors_of
from tests.support.builders import make_user, upload
from tests.support.web_client import page, signed_in

pytestmark = pytest.mark.django_db
FORM = {"title": "검은 지갑", "happened_on": "2026-03-02"}


def phone_of(user_password: str = "correct horse") -> Device:
    return Device(make_user(password=user_password))


def send(phone: Device, key: str, **values: object) -> object:
    headers = {**phone.headers, "Idempotency-Key": key}
    body = {"kind": "lost", "title": "파란 우산", **values}
    return phone.client.post("/api/v1/posts/", body, headers=headers)


def test_the_same_sending_is_answered_with_the_same_post() -> None:
    phone = phone_of()
    first, again = (send(phone, "a-1", photos=[upload(1)]) for _ in range(2))
    assert first.status_code == again.status_code == 201  # type: ignore[attr-defined]
    assert first.json() == again.json()  # type: ignore[attr-defined]
    assert Post.objects.count() == 1


def test_another_content_under_the_same_key_is_refused() -> None:
    phone = phone_of()
    send(phone, "a-1")
    assert code_of(send(phone, "a-1", title="검은 우산"), 422) == "key_reused"
    assert code_of(send(phone, "a-1", photos=[upload(2)]), 422) == "key_reused"
    assert Post.objects.count() == 1


def test_a_key_belongs_to_its_person_and_has_a_bound() -> None:
    for phone in (phone_of(), phone_of()):
        assert send(phone, "a-1").status_code == 201  # type: ignore[attr-defined]
    assert Post.objects.count() == 2
    assert errors_of(send(phone_of(), "k" * 61)) == {"Idempotency-Key": ["key"]}


def test_what_was_deleted_does_not_come_back_by_itself() -> None:
    phone = phone_of()
    body = send(phone, "a-1").json()  # type: ignore[attr-defined]
    phone.delete(f"posts/{body['id']}/")
    assert code_of(send(phone, "a-1"), 409) == "deleted_since"
    assert DeletedPost.objects.get().idempotency_key == "key-a-1"


def test_the_service_says_what_was_there() -> None:
    author, fields = make_user(), {"title": "파란 우산"}
    saved = submit_post(author=author, kind="lost", fields=fields, idempotency_key="x")
    with pytest.raises(DuplicateSubmission) as before:
        submit_post(author=author, kind="lost", fields=fields, idempotency_key="x")
    assert before.value.post == saved and before.value.is_same
    delete_post(saved, actor=author)
    with pytest.raises(DuplicateSubmission) as gone:
        submit_post(author=author, kind="lost", fields=fields, idempotency_key="x")
    assert gone.value.post is None


@pytest.fixture
def browser() -> Client:
    return signed_in(make_user())


def test_a_form_that_is_sent_twice_leads_to_the_one_post(browser: Client) -> None:
    sent = [
        browser.post("/posts/new/lost/", {**FORM, "idempotency_key": "f" * 32}) for _ in range(2)
    ]
    post = Post.objects.get()
    assert [answer.status_code for answer in sent] == [302, 302]
    assert {answer.headers["Location"] for answer in sent} == {post.get_absolute_url()}


def test_a_form_that_was_changed_after_it_was_saved_keeps_what_was_typed(browser: Client) -> None:
    token = "f" * 32
    browser.post("/posts/new/lost/", {**FORM, "idempotency_key": token})
    answer = browser.post(
        "/posts/new/lost/",
        {**FORM, "title": "검은 장지갑", "photos": [upload(3)], "idempotency_key": token},
    )
    text = page(answer)
    assert answer.status_code == 200 and Post.objects.count() == 1
    assert 'value="검은 장지갑"' in text and 'name="staged"' in text
    assert token not in text  # sent once more, it is another post
    fresh = answer.context["form"]["idempotency_key"].value()
    browser.post("/posts/new/lost/", {**FORM, "title": "검은 장지갑", "idempotency_key": fresh})
    assert Post.objects.count() == 2
