"""The pages of posts: access, nothing half-saved, no input lost."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from lostfound import services
from lostfound.media.processing import prepare_photo
from lostfound.models import Post, PostEvent, User
from lostfound.services import change_status
from lostfound.templatetags.lostfound import drafts_owner
from tests.support.builders import files_below, make_category, make_post, make_user, upload
from tests.support.web_client import page, queries_of, signed_in

pytestmark = pytest.mark.django_db
NEW_LOST, NEW_FOUND = "/posts/new/lost/", "/posts/new/found/"


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def author() -> User:
    return make_user()


def filled(**values: Any) -> dict[str, Any]:
    return {"title": "검은 지갑", "happened_on": timezone.localdate().isoformat(), **values}


# --- Who may open what ---

PAGES = ["post", "edit_post", "close_post", "reopen_post", "delete_post"]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("who", "expected"),
    [("anonymous", 302), ("another", 404), ("author", 200), ("staff", 404), ("flag alone", 404)],
)
def test_a_post_belongs_to_its_author(name: str, who: str, expected: int, author: User) -> None:
    post = make_post(author=author, kind="lost")
    reader = {
        "anonymous": None,
        "another": make_user(),
        "author": author,
        "staff": make_user(is_staff=True, is_superuser=True),
        "flag alone": make_user(is_staff=True),
    }[who]
    if who == "staff" and name == "post":
        expected = 200  # staff look at every post, and change it in the admin
    url = reverse(f"lostfound:{name}", args=[post.public_id])
    response = signed_in(reader).get(url)
    assert response.status_code == expected
    if expected == 302:
        assert response.headers["Location"].startswith("/accounts/login/?next=/posts/")


@pytest.mark.parametrize("name", PAGES[1:])
def test_others_change_nothing(name: str, author: User) -> None:
    post = make_post(author=author, kind="lost")
    before = Post.objects.values().get(pk=post.pk)
    url = reverse(f"lostfound:{name}", args=[post.public_id])
    for reader in (None, make_user(), make_user(is_staff=True, is_superuser=True)):
        assert signed_in(reader).post(url, filled(title="Mine")).status_code in (302, 404)
    assert Post.objects.values().get(pk=post.pk) == before


@pytest.mark.parametrize(
    "url", [NEW_LOST, NEW_FOUND, "/posts/", "/notifications/", "/preferences/"]
)
def test_whoever_is_not_signed_in_signs_in_first(url: str) -> None:
    assert signed_in(None).get(url).headers["Location"] == f"/accounts/login/?next={url}"


def test_an_unknown_post_and_a_broken_address_are_not_found(author: User) -> None:
    client = signed_in(author)
    assert client.get(f"/posts/{uuid.uuid4()}/").status_code == 404
    assert client.get("/posts/1/").status_code == 404


# --- Posting ---


def test_a_lost_post_is_saved_and_its_page_says_so_at_once(author: User) -> None:
    client = signed_in(author)
    response = client.post(NEW_LOST, filled(photos=[upload(1), upload(2)]), follow=True)
    post = Post.objects.get()
    assert (post.author, post.kind, post.photos.count()) == (author, "lost", 2)
    assert response.redirect_chain == [(post.get_absolute_url(), 302)]
    assert "저장됐어요. 비슷한 물건을 찾는 중이에요." in page(response)
    assert 'hx-trigger="every' in page(response)


def test_a_found_post_says_where_it_is_kept(author: User) -> None:
    client = signed_in(author)
    refused = client.post(NEW_FOUND, filled())
    assert "맡긴 곳을 고르거나, 어디에 보관하는지 적어 주세요." in page(refused)
    assert not Post.objects.exists()
    client.post(NEW_FOUND, filled(kept_note="과사무실"))
    assert Post.objects.get().kept_note == "과사무실"


def test_what_a_client_must_not_set_changes_nothing(author: User) -> None:
    signed_in(author).post(
        NEW_LOST,
        filled(status="returned", author=str(make_user().pk), kind="found", kept_note="x"),
    )
    post = Post.objects.get()
    assert (post.status, post.author, post.kind, post.kept_note) == ("open", author, "lost", "")


def test_nothing_is_saved_and_nothing_typed_is_lost(author: User, media: Path) -> None:
    category = make_category()
    bad = SimpleUploadedFile("x.jpg", b"<script>alert(1)</script>", "image/jpeg")
    response = signed_in(author).post(
        NEW_LOST,
        filled(
            title="<b>지갑</b>",
            description="줄\n바꿈",
            category=str(category.pk),
            colour="navy",
            place_note="3층",
            photos=[bad],
        ),
    )
    html = page(response)
    assert response.status_code == 200
    assert not Post.objects.exists() and not PostEvent.objects.exists()
    assert files_below(media) == []
    assert 'value="&lt;b&gt;지갑&lt;/b&gt;"' in html
    assert "줄\n바꿈</textarea>" in html
    assert f'value="{category.pk}" selected' in html
    assert 'value="navy"' in html and "checked" in html.split('value="navy"')[1][:60]
    assert 'value="3층"' in html
    assert "사진 1: 사진 파일이 아니에요." in html


def test_errors_are_in_english_for_english_readers(author: User) -> None:
    client = signed_in(author)
    response = client.post(NEW_LOST, filled(title=""), headers={"accept-language": "en"})
    assert "Please say in a few words what it is." in page(response)
    assert "Not saved yet." in page(response)


# --- Photographs survive another field's error ---


def test_good_photographs_wait_for_the_next_try(author: User, media: Path) -> None:
    client = signed_in(author)
    bad = SimpleUploadedFile("x.jpg", b"no picture", "image/jpeg")
    first = client.post(NEW_LOST, filled(title="", photos=[upload(1), bad, upload(2)]))
    staged = [photo.token for photo in first.context["form"].staged]
    assert len(staged) == 2
    assert page(first).count('src="data:image/jpeg;base64,') == 2
    assert "사진 2: 사진 파일이 아니에요." in page(first)

    client.post(NEW_LOST, filled(staged=staged, drop_staged=staged[:1], photos=[upload(3)]))
    assert Post.objects.get().photos.count() == 2
    assert not any(
        default_storage.exists(f"staged/{author.pk}/{staged[1]}{end}.jpg") for end in ("", ".thumb")
    )


def test_staged_photographs_are_only_their_owners(author: User) -> None:
    first = signed_in(author).post(NEW_LOST, filled(title="", photos=[upload(1)]))
    token = first.context["form"].staged[0].token
    thief = make_user()
    for stolen in (token, f"../{author.pk}/{token}", "../../secret"):
        signed_in(thief).post(NEW_LOST, filled(staged=[stolen]))
    assert all(post.photos.count() == 0 for post in Post.objects.filter(author=thief))


def test_too_many_photographs_are_all_kept_to_choose_from(author: User) -> None:
    client = signed_in(author)
    first = client.post(NEW_LOST, filled(photos=[upload(n) for n in range(6)]))
    assert "사진은 5장까지 올릴 수 있어요." in page(first)
    staged = [photo.token for photo in first.context["form"].staged]
    assert len(staged) == 6 and not Post.objects.exists()
    client.post(NEW_LOST, filled(staged=staged, drop_staged=staged[:1]))
    assert Post.objects.get().photos.count() == 5


def test_photographs_kept_and_new_are_saved_in_the_order_that_was_chosen(author: User) -> None:
    client = signed_in(author)
    bad = SimpleUploadedFile("x.jpg", b"no picture", "image/jpeg")
    sent = filled(title="", photos=[upload(1), bad, upload(2)], photo_order=["new"] * 3)
    one, two = client.post(NEW_LOST, sent).context["form"].staged
    assert (one.upload_number, two.upload_number) == (1, 3)
    order = [two.token, "new", one.token, "stranger"]

    def again(**values: Any) -> Any:
        staged = [one.token, two.token]
        sent = filled(staged=staged, photos=[upload(5)], photo_order=order, **values)
        return client.post(NEW_LOST, sent)

    between = again(place_note="가" * 201).context["form"].staged
    assert [photo.token for photo in between][::2] == [two.token, one.token]
    assert [photo.upload_number for photo in between] == [0, 1, 0]
    again()
    expected = [prepare_photo(upload(shade)).content_hash for shade in (2, 5, 1)]
    assert [photo.content_hash for photo in Post.objects.get().photos.all()] == expected


# --- Limits ---


def test_the_limit_on_posts_is_reported_and_loses_nothing(author: User, settings: Settings) -> None:
    settings.POSTS_PER_HOUR = 1
    client = signed_in(author)
    client.post(NEW_LOST, filled())
    response = client.post(NEW_LOST, filled(title="우산", photos=[upload(1)]))
    assert response.status_code == 429
    assert "한 시간 동안 글을 많이 올렸어요." in page(response)
    assert 'value="우산"' in page(response) and len(response.context["form"].staged) == 1
    assert Post.objects.count() == 1


def test_changes_have_a_limit_of_their_own_and_all_say_when_it_ends(
    author: User, settings: Settings, four_minutes_left: None
) -> None:
    settings.POSTS_PER_HOUR = 2
    post, client = make_post(author=author, kind="lost"), signed_in(author)
    for name, status in (("close_post", "closed"), ("reopen_post", "open"), ("close_post", "open")):
        address = reverse(f"lostfound:{name}", args=[post.public_id])
        response = client.post(address, follow=True)
        post.refresh_from_db()
        assert post.status == status
    assert "한 시간 동안 너무 많이 보냈어요. 17:00에 다시 해 주세요." in page(response)
    edit = client.post(reverse("lostfound:edit_post", args=[post.public_id]), filled())
    assert edit.status_code == 429 and "17:00에" in page(edit)
    client.post(NEW_LOST, filled(title="우산"))
    assert Post.objects.filter(title="우산").exists()


def test_what_is_not_saved_takes_no_place(author: User, settings: Settings) -> None:
    settings.POSTS_PER_HOUR = 1
    client = signed_in(author)
    for _ in range(3):  # the second and third are the first, sent again
        sent = client.post(NEW_LOST, filled(idempotency_key="abc"))
        assert sent.headers["Location"] == Post.objects.get().get_absolute_url()
    post = Post.objects.get()
    Post.objects.filter(pk=post.pk).update(status="matched")
    address = reverse("lostfound:close_post", args=[post.public_id])
    assert all("매칭된 글은" in page(client.post(address, follow=True)) for _ in range(3))
    Post.objects.filter(pk=post.pk).update(status="open")
    client.post(address)
    assert Post.objects.get().status == "closed"


# --- Editing, closing, opening, deleting ---


def test_a_form_that_is_sent_twice_adds_its_photographs_once(author: User) -> None:
    post = make_post(author=author, kind="lost")
    url = reverse("lostfound:edit_post", args=[post.public_id])
    for _ in range(2):
        sent = filled(photos=[upload(shade) for shade in range(3)])
        assert signed_in(author).post(url, sent).status_code == 302
    assert post.photos.count() == 3
    four = filled(photos=[upload(shade) for shade in range(2, 6)])
    response = signed_in(author).post(url, four)
    assert "사진은 5장까지 올릴 수 있어요." in page(response)
    assert post.photos.count() == 3


def test_editing_changes_words_removes_and_orders_photographs(author: User) -> None:
    post = make_post(author=author, kind="lost", photos=3)
    one, two, three = post.photos.all()
    url = reverse("lostfound:edit_post", args=[post.public_id])
    response = signed_in(author).post(
        url,
        filled(
            title="남색 지갑",
            remove_photos=[str(one.public_id)],
            first_photo=str(three.public_id),
            photos=[upload(7)],
        ),
    )
    assert response.headers["Location"] == post.get_absolute_url()
    post.refresh_from_db()
    assert post.title == "남색 지갑"
    assert list(post.photos.all())[:2] == [three, two] and post.photos.count() == 3


def test_the_photographs_of_a_post_are_put_in_order(author: User) -> None:
    post = make_post(author=author, kind="lost", photos=3)
    one, two, three = post.photos.all()
    url = reverse("lostfound:edit_post", args=[post.public_id])
    order = [str(photo.public_id) for photo in (three, one, two)]
    wrong = signed_in(author).post(url, filled(title="", photo_order=order))
    assert wrong.context["form"].photos_now == [three, one, two]
    signed_in(author).post(url, filled(photo_order=order))
    assert list(post.photos.all()) == [three, one, two]


def test_a_browser_learns_whose_draft_arrived_and_nobodys_name(author: User) -> None:
    client = signed_in(author)
    form = page(client.get(NEW_LOST))
    mark = form.partition('data-person="')[2].partition('"')[0]
    assert mark == drafts_owner(author) != drafts_owner(make_user())
    assert author.username not in mark and mark != str(author.pk)
    sent = client.post(NEW_LOST, filled(idempotency_key="abc"), follow=True)
    assert 'data-draft-key="form-abc"' in page(sent) and f'data-person="{mark}"' in page(sent)


def test_a_closed_post_is_not_edited(author: User) -> None:
    post = make_post(author=author, kind="lost")
    change_status(post, "closed", actor=author, action="closed")
    url = reverse("lostfound:edit_post", args=[post.public_id])
    response = signed_in(author).post(url, filled(title="다른 것"), follow=True)
    assert "찾는 중인 글만 고칠 수 있어요." in page(response)
    post.refresh_from_db()
    assert post.title == "파란 우산"


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [("close_post", "open", "closed"), ("reopen_post", "closed", "open")],
)
def test_closing_and_opening_ask_first(name: str, before: str, after: str, author: User) -> None:
    post = make_post(author=author, kind="lost")
    Post.objects.filter(pk=post.pk).update(status=before)
    url = reverse(f"lostfound:{name}", args=[post.public_id])
    client = signed_in(author)
    client.get(url)
    post.refresh_from_db()
    assert post.status == before
    client.post(url)
    post.refresh_from_db()
    assert post.status == after


@pytest.mark.parametrize(
    ("name", "there", "words"),
    [
        ("close_post", "closed", "This post is already closed."),
        ("reopen_post", "open", "This post is already open."),
    ],
)
def test_a_second_tab_learns_that_it_is_done_already(
    name: str, there: str, words: str, author: User
) -> None:
    post = make_post(author=author, kind="lost")
    Post.objects.filter(pk=post.pk).update(status=there)
    url = reverse(f"lostfound:{name}", args=[post.public_id])
    html = page(signed_in(author, "en").post(url, follow=True))
    notice = html.partition('class="notice info"')[2].partition("</li>")[0]
    assert words in notice
    assert not post.events.exclude(action="submitted").exists()


@pytest.mark.parametrize("name", ["close_post", "reopen_post"])
def test_what_is_deleted_in_the_same_moment_is_not_found(
    name: str, author: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = make_post(author=author, kind="lost")
    change = getattr(services, name)

    def overtaken(*args: Any, **kwargs: Any) -> Any:
        Post.objects.all().delete()
        return change(*args, **kwargs)

    monkeypatch.setattr(services, name, overtaken)
    url = reverse(f"lostfound:{name}", args=[post.public_id])
    assert signed_in(author).post(url).status_code == 404


def test_what_can_no_longer_be_done_is_reported(author: User) -> None:
    post = make_post(author=author, kind="lost")
    Post.objects.filter(pk=post.pk).update(status="matched")
    url = reverse("lostfound:delete_post", args=[post.public_id])
    response = signed_in(author).post(url, follow=True)
    assert "매칭된 글은 삭제할 수 없어요." in page(response)
    assert Post.objects.filter(pk=post.pk).exists()


def test_deleting_removes_post_and_photographs(
    author: User, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    post = make_post(author=author, kind="lost", photos=2)
    url = reverse("lostfound:delete_post", args=[post.public_id])
    client = signed_in(author)
    assert "이 글을 삭제할까요?" in page(client.get(url))
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(url)
    assert response.headers["Location"] == "/posts/"
    assert not Post.objects.exists() and files_below(media) == []


def test_my_posts_are_mine_in_a_constant_number_of_queries(author: User) -> None:
    client = signed_in(author)
    make_post(title="남의 것")
    make_post(author=author, title="내 것", photos=2, category=make_category())
    few = queries_of(client, "/posts/")
    for _number in range(5):
        make_post(author=author, title="내 것", photos=2, category=make_category())
    assert queries_of(client, "/posts/") == few
    html = page(client.get("/posts/"))
    assert html.count("<b>내 것</b>") == 6 and "남의 것" not in html
