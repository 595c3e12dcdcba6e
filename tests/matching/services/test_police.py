"""Things at the police beside lost posts, by the same evidence as found posts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from lostfound.models import Category, PoliceFetch, PoliceFound, PolicePhoto, Post
from lostfound.police.codes import categories_by_class
from lostfound.police.rows import row_of
from lostfound.services import edit_post
from matching.index.police import forget_police, police_segments
from matching.models import MatchingJob, PoliceEmbedding, PoliceMatch
from matching.services import match_police, match_post
from matching.services import police as service
from matching.services.police import (
    continue_police_matching,
    embed_police,
    likeliest_at_police,
)
from tests.support.builders import make_post, make_user, upload
from tests.support.police_server import thing
from tests.support.web_client import page, queries_of, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake_encoder")]


@pytest.fixture(autouse=True)
def nothing_held() -> None:
    forget_police()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    tasks: list[str] = []
    monkeypatch.setattr(service, "enqueue", tasks.append)
    return tasks


def listed(title: str, number: int = 1, **values: Any) -> PoliceFound:
    item = {**thing(number), "fdSbjt": title, "fdPrdtNm": title, "prdtClNm": "", "clrNm": ""}
    row = row_of({**item, **values}, "police", "LCA000", categories_by_class())
    assert row is not None
    row.save()
    return row


def lost(title: str, **values: Any) -> Post:
    post = make_post(kind="lost", title=title, **values)
    assert match_post(post.pk) == "matched"
    return post


def pairs() -> list[tuple[str, str]]:
    return list(PoliceMatch.objects.values_list("lost__title", "found__title"))


def test_the_same_words_are_a_likely_pair() -> None:
    listed("blue umbrella", 1)
    listed("red bicycle", 2)
    assert embed_police()
    post = lost("blue umbrella")
    assert match_police([post.pk]) == 1
    assert pairs() == [("blue umbrella", "blue umbrella")]
    assert likeliest_at_police(10) == [PoliceMatch.objects.get().found_id]


def test_a_thing_that_was_found_long_before_the_loss_is_none() -> None:
    row = listed("blue umbrella", 1)
    embed_police()
    post = lost("blue umbrella", happened_on=timezone.localdate())
    PoliceFound.objects.filter(pk=row.pk).update(found_on=timezone.localdate() - timedelta(days=20))
    forget_police()
    match_police([post.pk])
    assert pairs() == []


def test_only_open_lost_posts_are_compared() -> None:
    listed("blue umbrella", 1)
    embed_police()
    found = make_post(title="blue umbrella")
    match_post(found.pk)
    closed = lost("blue umbrella")
    Post.objects.filter(pk=closed.pk).update(status="closed")
    assert match_police([found.pk, closed.pk]) == 0


def test_what_is_no_longer_listed_is_no_longer_shown() -> None:
    row = listed("blue umbrella", 1)
    embed_police()
    post = lost("blue umbrella")
    match_police([post.pk])
    assert "F2" in page(signed_in(post.author).get(post.get_absolute_url()))
    PoliceFound.objects.filter(pk=row.pk).update(gone_at=timezone.now())
    assert row.atc_id not in page(signed_in(post.author).get(post.get_absolute_url()))
    match_police([post.pk])
    assert pairs() == []


def test_a_thing_that_was_deleted_while_it_was_held_is_left_out() -> None:
    listed("blue umbrella", 1)
    embed_police()
    post = lost("blue umbrella")
    match_police([post.pk])
    other = listed("blue umbrella", 2)
    embed_police()
    match_police([post.pk])
    assert len(pairs()) == 2
    PoliceFound.objects.filter(pk=other.pk).delete()
    match_police([post.pk])
    assert len(pairs()) == 1


def test_changed_words_are_embedded_and_compared_anew() -> None:
    row = listed("red bicycle", 1)
    embed_police()
    post = lost("blue umbrella")
    match_police([post.pk])
    assert pairs() == []
    PoliceFound.objects.filter(pk=row.pk).update(title="blue umbrella", name="", content_hash="new")
    assert embed_police()
    assert PoliceEmbedding.objects.get().content_hash == "new"
    match_police([post.pk])
    assert len(pairs()) == 1


def test_embedding_again_computes_nothing(fake_encoder: Any) -> None:
    listed("blue umbrella", 1)
    embed_police()
    before = dict(fake_encoder.forward_counts)
    assert embed_police()
    assert fake_encoder.forward_counts == before
    assert PoliceEmbedding.objects.count() == 1


def test_a_task_stops_in_time_and_goes_on_later(
    asked: list[str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed("blue umbrella", 1)
    post = lost("blue umbrella")
    monkeypatch.setattr(service, "TASK_SHARE", -1.0)
    assert not continue_police_matching()
    assert asked == [service.MATCH_TASK]
    assert not PoliceEmbedding.objects.exists()
    monkeypatch.undo()
    monkeypatch.setattr(service, "enqueue", asked.append)
    settings.MATCHING = {
        **settings.MATCHING,
        "ENCODER": "tests.support.fake_encoder.FakeEncoder",
        "STRATEGY": "clip_zeroshot_v2",
    }
    settings.POLICE_API_KEY = "key"
    assert continue_police_matching()
    assert PoliceMatch.objects.filter(lost=post).count() == 1
    assert asked[1:] == [service.DETAILS_TASK]


def test_what_was_read_is_held_until_the_list_changes(
    django_assert_num_queries: Callable[..., Any],
) -> None:
    listed("blue umbrella", 1)
    embed_police()
    fingerprint = PoliceEmbedding.objects.get().fingerprint
    first = police_segments(fingerprint, 32)
    with django_assert_num_queries(3):  # the newest vector, run, and thing that is gone
        assert police_segments(fingerprint, 32) is first
    listed("red bicycle", 2)
    embed_police()
    assert sum(len(one.candidates) for one in police_segments(fingerprint, 32)) == 2


def test_the_loser_sees_where_to_call_and_nobody_else_does() -> None:
    row = listed("blue umbrella", 1)
    PoliceFound.objects.filter(pk=row.pk).update(
        organisation="서울관악경찰서", telephone="02-870-0000"
    )
    embed_police()
    post = lost("blue umbrella")
    match_police([post.pk])
    html = page(signed_in(post.author).get(post.get_absolute_url()))
    assert "서울관악경찰서" in html and "02-870-0000" in html and row.atc_id in html
    assert signed_in(make_user()).get(post.get_absolute_url()).status_code == 404
    for address in ("/", "/search/?q=umbrella", f"/posts/new/lost/?like={post.public_id}"):
        assert row.atc_id not in page(signed_in(make_user()).get(address))


def test_an_app_of_the_loser_lists_them() -> None:
    row = listed("blue umbrella", 1)
    embed_police()
    post = lost("blue umbrella")
    match_police([post.pk])
    address = f"/api/v1/posts/{post.public_id}/police/"
    (shown,) = signed_in(post.author).get(address).json()
    assert (shown["number"], shown["kept_at"]) == (row.atc_id, row.station)
    assert set(shown) == {
        *("number", "title", "class_name", "colour_name"),
        *("found_on", "kept_at", "telephone"),
    }
    assert signed_in(make_user()).get(address).status_code == 404
    Post.objects.filter(pk=post.pk).update(status="closed")
    assert signed_in(post.author).get(address).json() == []


def test_more_things_at_the_police_cost_no_more_queries() -> None:
    listed("blue umbrella", 1)
    embed_police()
    post = lost("blue umbrella")
    match_police([post.pk])
    client = signed_in(post.author)
    few = queries_of(client, post.get_absolute_url())
    for number in range(2, 5):
        listed("blue umbrella", number)
    embed_police()
    match_police([post.pk])
    assert PoliceMatch.objects.count() == 4
    assert queries_of(client, post.get_absolute_url()) == few


def test_a_colour_of_the_list_is_found_whatever_its_code(fake_encoder: Any) -> None:
    rows = [listed("umbrella", n, clrNm="블랙(검정)") for n in (1, 2)]
    assert {row.colour for row in rows} == {"black"}
    assert PoliceFound.objects.filter(colour="black").count() == 2


def test_the_family_is_known_where_the_class_leaves_the_category_open() -> None:
    listed("wallet", 1, prdtClNm="지갑 > 남성용 지갑")
    embed_police()
    fingerprint = PoliceEmbedding.objects.get().fingerprint
    (segment,) = police_segments(fingerprint, 32)
    wallets = Category.objects.get(code="wallet_long").family.code
    assert segment.candidates.families.tolist() == [wallets]
    assert segment.candidates.categories.tolist() == [""]


def test_a_finished_fetch_asks_for_the_comparison(asked: list[str], settings: Settings) -> None:
    from lostfound.hooks import report_police_fetch

    report_police_fetch()
    assert asked == [service.MATCH_TASK]
    assert not PoliceFetch.objects.exists()
    assert MatchingJob.objects.count() == 0


def test_a_photograph_is_compared_where_there_is_one() -> None:
    row = listed("thing", 1)
    jpeg = upload(3).read()
    PolicePhoto.objects.create(found=row, jpeg=jpeg, content_hash="a" * 64, url="x")
    embed_police()
    assert sorted(PoliceEmbedding.objects.values_list("modality", flat=True)) == ["image", "text"]
    (segment,) = police_segments("fake-32", 32)
    assert segment.candidates.image_vecs.shape == (1, 32)
    post = make_post(kind="lost", title="other words")
    edit_post(post, actor=post.author, fields={}, add_photos=[upload(3)])
    match_post(post.pk)
    match_police([post.pk])
    assert PoliceMatch.objects.get().terms["image_image"] == pytest.approx(1.0, abs=0.01)
    html = page(signed_in(post.author).get(post.get_absolute_url()))
    assert "data:image/jpeg;base64," in html
    PolicePhoto.objects.update(content_hash="b" * 64)
    embed_police()
    assert PoliceEmbedding.objects.get(modality="image").content_hash == "b" * 64
