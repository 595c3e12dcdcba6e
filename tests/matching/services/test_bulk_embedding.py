"""Bulk embedding: only what is missing, only once, under claims, and handed back."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from lostfound.models import Post
from lostfound.services import close_post, edit_post
from matching.encoders.base import EncoderUnavailable, current_fingerprint, forget_encoder
from matching.models import Embedding, MatchingJob
from matching.services import embed_backlog, match_post, missing_posts, sweep
from matching.services.outbox import claim_post, reopen
from tests.support.factories import PhotoFactory, PostFactory, UserFactory
from tests.support.pipeline import OTHER_ENCODER, found, make, matched, row_of, state

pytestmark = pytest.mark.django_db

NOTHING = {"text": 0, "image": 0}


@pytest.fixture(autouse=True)
def encoder(fake_encoder: Any) -> Any:
    return fake_encoder


def many(number: int, photos: int = 0) -> list[Post]:
    author = UserFactory.create()
    return [make(title=f"thing number{n}", photos=photos, author=author) for n in range(number)]


def run(**values: Any) -> Any:
    return embed_backlog(missing_posts(current_fingerprint()), **values)


def forwards(encoder: Any, work: Any) -> dict[str, int]:
    before = dict(encoder.forward_counts)
    work()
    return {name: encoder.forward_counts[name] - before[name] for name in before}


# --- What it does ---


@pytest.mark.slow
@pytest.mark.both_databases
def test_everything_is_embedded_once_and_then_waits_to_be_matched(encoder: Any) -> None:
    posts = many(40)  # more than are claimed at once
    with_photos = [make(title=f"with photographs {n}", photos=2) for n in range(3)]
    processed: list[int] = []
    # The two pictures are the same ones in all three posts.
    assert forwards(encoder, lambda: run(progress=processed.append)) == {"text": 43, "image": 2}
    assert sum(processed) == 43
    for post in posts + with_photos:
        row = row_of(post)
        assert (row.status, row.attempts, row.token, row.worker) == ("pending", 0, None, "")
        assert row.sent_at is None  # the next feeding of the queue sends it
    assert Embedding.objects.count() == 43 + 6
    assert missing_posts(current_fingerprint()) == []
    for post in posts + with_photos:
        assert forwards(encoder, lambda post=post: match_post(post.pk)) == NOTHING
        assert state(post) == "done"


def test_the_vectors_are_those_that_the_worker_makes(encoder: Any) -> None:
    post = make(photos=2)
    run()
    batch = {row.photo_id: row.vec.tolist() for row in post.embeddings.all()}
    post.embeddings.all().delete()
    assert match_post(post.pk) == "matched"
    assert {row.photo_id: row.vec.tolist() for row in post.embeddings.all()} == batch


def test_only_what_is_missing_is_embedded(encoder: Any) -> None:
    post = matched(photos=1)
    other = make(title="red umbrella")
    assert forwards(encoder, run) == {"text": 1, "image": 0}
    assert state(post) == "done" and state(other) == "pending"
    assert forwards(encoder, run) == NOTHING


def test_after_a_change_of_the_model_all_open_posts_are_embedded(settings: Settings) -> None:
    pair = matched(photos=1), found(photos=1)
    closed = matched(title="closed bag")
    close_post(closed, actor=closed.author)
    settings.MATCHING = {**settings.MATCHING, "ENCODER": OTHER_ENCODER}
    forget_encoder()
    assert sorted(missing_posts(current_fingerprint())) == [post.pk for post in pair]
    assert run().embedded == 2
    new = Embedding.objects.filter(fingerprint="fake-32-other")
    assert set(new.values_list("post_id", flat=True)) == {post.pk for post in pair}
    assert not Embedding.objects.filter(fingerprint="fake-32", post__in=pair).exists()
    assert [state(post) for post in (*pair, closed)] == ["pending", "pending", "idle"]
    assert [match_post(post.pk) for post in pair] == ["matched"] * 2


def test_a_post_that_no_service_saved_is_found() -> None:
    [post] = Post.objects.bulk_create([PostFactory.build(author=UserFactory.create())])
    assert not MatchingJob.objects.filter(post=post).exists()
    assert run().embedded == 1
    assert state(post) == "pending"


def test_newer_posts_come_first() -> None:
    posts = many(5)
    assert missing_posts(current_fingerprint()) == [post.pk for post in posts[::-1]]


# --- Beside others ---


def test_posts_claimed_by_others_are_left_alone(encoder: Any) -> None:
    held, free = many(2)
    claim = claim_post(held.pk)
    report = run()
    assert claim is not None and (report.embedded, report.left) == (1, 1)
    assert row_of(held).token == claim.token
    assert encoder.forward_counts["text"] == 1
    assert state(free) == "pending"


def test_posts_finished_since_the_plan_are_left_alone(encoder: Any) -> None:
    post = many(2)[0]
    planned = missing_posts(current_fingerprint())
    assert match_post(post.pk) == "matched"
    before = row_of(post).finished_at
    report = embed_backlog(planned)
    assert (report.embedded, report.left) == (1, 1)
    assert (state(post), row_of(post).finished_at) == ("done", before)
    assert encoder.forward_counts["text"] == 2


@pytest.mark.parametrize("change", ["edit", "close", "delete"])
def test_a_post_that_changes_meanwhile_is_given_up(encoder: Any, change: str) -> None:
    post, other = many(2)
    encode = encoder.encode_texts

    def edit_first(texts: Any) -> Any:
        encoder.encode_texts = encode
        if change == "edit":
            edit_post(post, actor=post.author, fields={"title": "quite another"})
        elif change == "close":
            close_post(post, actor=post.author)
        else:
            Post.objects.filter(pk=post.pk).delete()
        return encode(texts)

    encoder.encode_texts = edit_first
    report = run()
    assert (report.embedded, report.left) == (1, 1)
    assert not Embedding.objects.filter(post=post.pk).exists()
    assert Embedding.objects.filter(post=other).count() == 1
    if change != "delete":
        assert state(post) == {"edit": "pending", "close": "idle"}[change]


def test_photographs_of_a_post_that_changed_are_not_embedded(encoder: Any) -> None:
    post = make(photos=2)
    encode = encoder.encode_texts

    def edit_first(texts: Any) -> Any:
        encoder.encode_texts = encode
        vecs = encode(texts)
        edit_post(post, actor=post.author, fields={"title": "quite another"})
        return vecs

    encoder.encode_texts = edit_first
    assert forwards(encoder, run) == {"text": 1, "image": 0}
    assert state(post) == "pending"


def test_leases_last_while_photographs_are_embedded(encoder: Any, settings: Settings) -> None:
    """However many photographs a batch has: each forward pass renews the leases."""
    author = UserFactory.create()
    posts = [make(title=f"thing {n}", author=author) for n in range(4)]
    for number, post in enumerate(posts):
        for shade in range(3):
            PhotoFactory.create(post=post, colour=(number * 50, shade * 50, 9))
    seen: list[Any] = []
    encode = encoder.encode_images

    def note(images: Any) -> Any:
        seen.append(row_of(posts[0]).lease_until)
        return encode(images)

    encoder.encode_images = note
    assert run().embedded == 4
    assert len(seen) == 2 and seen[0] < seen[1]


# --- Stopping, and what goes wrong ---


def test_a_stopped_run_hands_back_and_the_next_one_goes_on(encoder: Any) -> None:
    posts = many(3)
    for number, post in enumerate(posts):
        for shade in range(5):
            PhotoFactory.create(post=post, colour=(number * 70, shade * 50, 3))
    forward = encoder.encode_images
    stop: list[bool] = []

    def stop_and_encode(images: Any) -> Any:
        stop.append(True)
        return forward(images)

    encoder.encode_images = stop_and_encode
    report = run(is_stopped=lambda: bool(stop))
    assert encoder.forward_counts == {"text": 3, "image": 8}
    assert report.embedded == 1
    assert [row_of(post).token for post in posts] == [None] * 3
    assert [state(post) for post in posts] == ["pending"] * 3
    encoder.encode_images = forward
    assert run().embedded == 2
    # Stopping costs at most one batch: three of its photographs belonged to an unfinished post.
    assert encoder.forward_counts["image"] == 15 + 3


def test_a_broken_photograph_fails_its_own_post_only(encoder: Any) -> None:
    broken, sound, other = make(photos=1), make(title="sound bag"), make(title="other bag")
    PhotoFactory.create(post=sound, colour=(1, 2, 3))
    file = broken.photos.get().full
    file.storage.delete(str(file.name))
    report = run()
    assert (report.embedded, report.failed) == (2, 1)
    row = row_of(broken)
    assert (row.status, row.attempts) == ("pending", 1)
    assert row.error.startswith("FileNotFoundError")
    assert [run().failed for _ in range(2)] == [1, 1]
    assert row_of(broken).status == "failed"
    assert missing_posts(current_fingerprint()) == []  # left to staff, who see the error
    assert {state(sound), state(other)} == {"pending"}


def test_without_a_model_everything_waits_and_nothing_counts(
    encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts = many(3)

    def gone(texts: Any) -> Any:
        raise EncoderUnavailable("the model is gone")

    encoder.encode_texts = gone
    with pytest.raises(CommandError, match=r"nothing is lost\. the model is gone"):
        call_command("embed_posts")
    for post in posts:
        row = row_of(post)
        assert (row.status, row.attempts, row.token) == ("pending", 0, None)


def test_an_error_in_between_hands_everything_back(
    encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts = many(2)

    def stop(*args: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("matching.services.bulk_embedding.store_vectors", stop)
    with pytest.raises(KeyboardInterrupt):
        run()
    states = [(row_of(post).status, row_of(post).token) for post in posts]
    assert states.count(("pending", None)) >= 1
    monkeypatch.undo()
    sweep()
    assert run().embedded >= 1


def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    many(3)
    call_command("embed_posts")
    captured = capsys.readouterr()
    assert "3 of 3 posts embedded. The worker matches them." in captured.out
    assert "Embedding: 100%" in captured.err
    call_command("embed_posts")
    assert "Nothing to do" in capsys.readouterr().out


# --- The outbox's part ---


def test_handing_back_gives_the_attempt_back() -> None:
    post = make()
    claim = claim_post(post.pk)
    assert claim is not None
    claim.hand_back()
    row = row_of(post)
    assert (row.status, row.attempts, row.token, row.sent_at) == ("pending", 0, None, None)
    assert match_post(post.pk) == "matched"


def test_only_what_is_done_is_reopened() -> None:
    done, waiting, running = matched(), make(title="waiting"), make(title="running")
    claim_post(running.pk)
    assert reopen(MatchingJob.objects.all()) == 1
    assert [state(post) for post in (done, waiting, running)] == ["pending", "pending", "running"]
