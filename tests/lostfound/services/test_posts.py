"""Posts and their files are saved as a whole or not at all."""

import errno
import io
import unicodedata
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import FileSystemStorage
from django.db import DatabaseError, transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from lostfound.models import Category, Photo, Post, PostEvent
from lostfound.services import (
    AlreadySo,
    TransitionRefused,
    change_status,
    close_post,
    delete_post,
    delete_user,
    edit_post,
    submit_post,
)
from lostfound.services.post_photos import prepare_photos
from tests.support.builders import files_below, make_category, make_post, make_user, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fourth file (the second photograph) is half written when the disk is full."""
    real, saved = FileSystemStorage._save, []  # type: ignore[attr-defined]

    def save(self: FileSystemStorage, name: str, content: Any) -> str:
        saved.append(name)
        if len(saved) == 4:
            path = Path(self.path(name))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")
        written: str = real(self, name, content)
        return written

    monkeypatch.setattr(FileSystemStorage, "_save", save)


def test_submit_saves_post_photos_and_event() -> None:
    post = make_post(photos=2)
    assert [photo.position for photo in post.photos.all()] == [0, 1]
    event = post.events.get()
    assert (event.action, event.actor, event.to_status) == ("submitted", post.author, "open")


def test_staff_who_writes_it_down_is_on_record() -> None:
    staff = make_user(is_staff=True)
    post = submit_post(author=make_user(), kind="found", fields={"title": "우산"}, actor=staff)
    assert post.events.get().actor == staff


def test_full_disk_leaves_nothing_half_saved(full_disk: None, media: Path) -> None:
    with pytest.raises(ValidationError) as refused:
        make_post(photos=2)
    assert refused.value.error_dict["photos"][0].code == "no_room"
    assert not Post.objects.exists()
    assert files_below(media) == []


def test_full_disk_while_editing_keeps_the_post_as_it_was(full_disk: None, media: Path) -> None:
    post = make_post(photos=1, title="before")
    kept = files_below(media)
    with pytest.raises(ValidationError):
        edit_post(post, actor=post.author, fields={"title": "after"}, add_photos=[upload(7)] * 2)
    post.refresh_from_db()
    assert (post.title, post.photos.count(), files_below(media)) == ("before", 1, kept)


def test_failing_row_takes_all_files_back(monkeypatch: pytest.MonkeyPatch, media: Path) -> None:
    real = Photo.save

    def save(self: Photo, *args: Any, **kwargs: Any) -> None:
        if self.position == 1:
            raise DatabaseError("disk I/O error")
        real(self, *args, **kwargs)

    monkeypatch.setattr(Photo, "save", save)
    with pytest.raises(DatabaseError):
        make_post(photos=2)
    assert not Post.objects.exists()
    assert files_below(media) == []


@pytest.mark.django_db(transaction=True)
def test_failing_commit_takes_the_files_back(monkeypatch: pytest.MonkeyPatch, media: Path) -> None:
    def fail() -> None:
        raise DatabaseError("could not commit")

    person = make_user()
    monkeypatch.setattr(transaction.get_connection(), "_commit", fail)
    with pytest.raises(DatabaseError):
        make_post(author=person, photos=1)
    monkeypatch.undo()
    assert files_below(media) == []


@pytest.mark.django_db(transaction=True)
def test_callback_that_fails_after_the_commit_costs_no_files(
    monkeypatch: pytest.MonkeyPatch, media: Path
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        def later() -> None:
            raise ConnectionError("the queue is down")

        transaction.on_commit(later)

    monkeypatch.setattr("lostfound.services.posts.append_photos", _then(fail))
    with pytest.raises(ConnectionError):
        make_post(photos=1)
    assert Post.objects.get().photos.count() == 1
    assert len(files_below(media)) == 2


def _then(after: Any) -> Any:
    from lostfound.services.post_photos import append_photos as real

    def both(*args: Any, **kwargs: Any) -> None:
        real(*args, **kwargs)
        after()

    return both


def test_bad_photo_is_named_and_nothing_saved(media: Path) -> None:
    broken = upload()
    broken.file = io.BytesIO(b"not a picture")
    with pytest.raises(ValidationError) as refused:
        submit_post(
            author=make_user(), kind="lost", fields={"title": "x"}, photos=[upload(), broken]
        )
    assert "2" in refused.value.message_dict["photos"][0]
    assert not Post.objects.exists()
    assert files_below(media) == []


def test_edit_removes_files_only_once_it_is_through(
    media: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    post = make_post(photos=2)
    first = post.photos.all()[0]
    with django_capture_on_commit_callbacks(execute=True):
        edit_post(post, actor=post.author, fields={}, remove_photos=[first], add_photos=[upload(5)])
        assert len(files_below(media)) == 6
    assert len(files_below(media)) == 4
    assert [photo.position for photo in post.photos.all()] == [0, 1]


def test_edit_puts_photos_in_another_order() -> None:
    post = make_post(photos=3)
    one, two, three = post.photos.all()
    edit_post(post, actor=post.author, fields={}, photo_order=[three, one], add_photos=[upload(9)])
    assert list(post.photos.all())[:3] == [three, one, two]
    assert post.events.first().detail["photos_reordered"] is True  # type: ignore[union-attr]


def test_edit_ignores_photos_of_another_post() -> None:
    post, other = make_post(photos=1), make_post(photos=1)
    stranger = other.photos.get()
    edit_post(post, actor=post.author, fields={}, remove_photos=[stranger], photo_order=[stranger])
    assert (post.photos.count(), other.photos.count(), post.events.count()) == (1, 1, 1)


def test_edit_refuses_a_sixth_photo() -> None:
    post = make_post(photos=4)
    with pytest.raises(ValidationError) as refused:
        edit_post(post, actor=post.author, fields={}, add_photos=[upload(8), upload(9)])
    assert refused.value.error_dict["photos"][0].code == "too_many"


def test_sixth_photo_is_refused_under_the_lock_too(monkeypatch: pytest.MonkeyPatch) -> None:
    post = make_post(photos=4)

    def overtaken(uploads: Any) -> Any:
        monkeypatch.undo()
        edit_post(post, actor=post.author, fields={}, add_photos=[upload(7)])
        return prepare_photos(uploads)

    monkeypatch.setattr("lostfound.services.posts.prepare_photos", overtaken)
    with pytest.raises(ValidationError):
        edit_post(post, actor=post.author, fields={}, add_photos=[upload(8)])
    assert post.photos.count() == 5


def test_a_photo_that_is_there_is_not_added_again() -> None:
    post = make_post(photos=3)
    again = [upload(shade) for shade in range(5)]
    edit_post(post, actor=post.author, fields={}, add_photos=again)
    assert post.photos.count() == 5
    events = post.events.count()
    edit_post(post, actor=post.author, fields={}, add_photos=[upload(2), upload(4)])
    assert (post.photos.count(), post.events.count()) == (5, events)


def test_a_photo_that_is_removed_may_come_back_at_once() -> None:
    post = make_post(photos=1)
    (there,) = post.photos.all()
    edit_post(post, actor=post.author, fields={}, remove_photos=[there], add_photos=[upload(0)])
    (now,) = post.photos.all()
    assert now.pk != there.pk and now.content_hash == there.content_hash


def test_a_photo_that_is_sent_twice_in_one_sending_is_kept_once(media: Path) -> None:
    twice = [upload(1), upload(1), upload(2)]
    post = submit_post(author=make_user(), kind="lost", fields={"title": "x"}, photos=twice)
    assert [photo.position for photo in post.photos.all()] == [0, 1]
    assert len(files_below(media)) == 4


def test_edit_without_a_change_writes_nothing() -> None:
    post = make_post(photos=1)
    before = Post.objects.get(pk=post.pk).updated_at
    edit_post(post, actor=post.author, fields={"title": "파란 우산"})
    assert post.events.count() == 1
    assert Post.objects.get(pk=post.pk).updated_at == before


def test_edit_records_who_and_what() -> None:
    post, staff = make_post(), make_user(is_staff=True)
    edit_post(post, actor=staff, fields={"title": "빨간 우산", "colour": "red"})
    event = post.events.first()
    assert event is not None
    assert (event.actor, event.detail["fields"]) == (staff, ["title", "colour"])


def test_what_a_person_may_not_say_changes_nothing() -> None:
    post, stranger = make_post(), make_user()
    fields = {"status": "returned", "author": stranger, "kind": "lost", "public_id": "x"}
    edit_post(post, actor=post.author, fields=fields)
    post.refresh_from_db()
    assert (post.status, post.kind) == ("open", "found")
    assert post.author != stranger


def test_lost_post_keeps_no_custody() -> None:
    post = make_post(kind="lost", kept_note="at home")
    assert post.kept_note == ""


def test_matched_post_may_only_move() -> None:
    post = make_post()
    change_status(post, "matched", actor=None, action="matched")
    edit_post(post, actor=post.author, fields={"kept_note": "선반 3", "title": post.title})
    with pytest.raises(ValidationError) as refused:
        edit_post(post, actor=post.author, fields={"title": "other"})
    assert refused.value.code == "not_open"
    post.refresh_from_db()
    assert (post.kept_note, post.title) == ("선반 3", "파란 우산")


def test_delete_takes_files_and_history(
    media: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    post = make_post(photos=2)
    with django_capture_on_commit_callbacks(execute=True):
        delete_post(post, actor=post.author)
    assert files_below(media) == []
    assert not PostEvent.objects.exists()


def test_matched_post_is_not_deleted() -> None:
    post = make_post(photos=1)
    change_status(post, "matched", actor=None, action="matched")
    with pytest.raises(TransitionRefused):
        delete_post(post, actor=post.author)
    with pytest.raises(TransitionRefused):
        delete_user(post.author, actor=None)
    assert Post.objects.filter(pk=post.pk).exists()


def test_user_goes_with_posts_and_files(
    media: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    post = make_post(photos=1)
    with django_capture_on_commit_callbacks(execute=True):
        delete_user(post.author, actor=None)
    assert files_below(media) == []
    assert not Post.objects.exists()


def test_category_that_goes_leaves_the_post() -> None:
    category = make_category()
    post = make_post(category=category)
    Category.objects.filter(pk=category.pk).delete()
    post.refresh_from_db()
    assert post.category is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "\x07 \n"),
        ("title", "x" * 101),
        ("title", "a\x00b"),
        ("description", "a\ud800b"),
        ("description", "x" * 5001),
        ("place_note", "x" * 201),
        ("colour", "mauve"),
        ("happened_on", timezone.localdate() + timedelta(days=1)),
    ],
)
def test_unfit_field_is_refused_by_name(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        make_post(**{field: value})
    assert list(refused.value.message_dict) == [field]
    assert not Post.objects.exists()


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(ValidationError):
        make_post(kind="stolen")


@pytest.mark.parametrize(
    ("text", "saved"),
    [
        ("🌂 우산 👩‍👩‍👧", "🌂 우산 👩‍👩‍👧"),
        ("한" * 5000, "한" * 5000),
        ("line\r\nline\rline", "line\nline\nline"),
        ("bell\x07 tab\t", "bell tab"),
        (unicodedata.normalize("NFD", "우산"), "우산"),  # decomposed Hangul, as Macs write it
    ],
)
def test_text_is_saved_readably(text: str, saved: str) -> None:
    post = make_post(description=text)
    post.refresh_from_db()
    assert post.description == saved


def test_title_is_one_line() -> None:
    assert make_post(title=" 파란\n 우산 ").title == "파란 우산"


def test_close_of_a_post_that_somebody_closed_is_refused() -> None:
    post = make_post()
    same = Post.objects.get(pk=post.pk)
    close_post(post, actor=post.author)
    with pytest.raises(AlreadySo):
        close_post(same, actor=post.author)
    assert post.events.filter(action="closed").count() == 1
