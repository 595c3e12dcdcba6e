"""Vectors of texts that an encoder may not be able to read are made anew, both ways."""

from datetime import date
from typing import Any

import pytest

from tests.support.migrations import SiteBefore, migrate

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.both_databases,
    pytest.mark.slow,
]

BEFORE, AFTER = [("matching", "0011_competition")], [("matching", "0012_unreadable_texts")]
RECORDED = [("matching", "0013_preparation")]
VECTOR = b"\0\0\x80?"
TITLES = {
    "검은 지갑": True,
    "black wallet": True,
    "ＡｉｒＴａｇ": True,
    "아이폰 を失く": True,
    "財布をなくしました": False,
    "Потерял кошелёк": False,
    "📱": False,
}


@pytest.fixture
def before(site_before: SiteBefore) -> Any:
    return site_before(BEFORE)


def fill(apps: Any) -> None:
    """A post of each title with a vector of its text and one of a photograph, and a profile."""
    user = apps.get_model("lostfound", "User").objects.create(username="clerk")
    for title in TITLES:
        post = apps.get_model("lostfound", "Post").objects.create(
            kind="lost", title=title, author=user, happened_on=date(2026, 11, 20)
        )
        photo = apps.get_model("lostfound", "Photo").objects.create(
                **{"post": post, "position": 0, "width_px": 1, "height_px": 1}
            )
        for modality, of_photo in (("text", None), ("image", photo)):
            apps.get_model("matching", "Embedding").objects.create(
                **{"post": post, "photo": of_photo, "modality": modality, "data": VECTOR},
                **{"content_hash": title, "fingerprint": "f", "dim": 1},
            )
    apps.get_model("matching", "StoredProfile").objects.create(
        fingerprint="f", is_current=True, prompts_hash="p", data=b""
    )


def titles(apps: Any, modality: str) -> set[str]:
    rows = apps.get_model("matching", "Embedding").objects.filter(modality=modality)
    return set(rows.values_list("post__title", flat=True))


def prompts(apps: Any) -> str:
    return str(apps.get_model("matching", "StoredProfile").objects.get().prompts_hash)


def test_only_texts_in_other_scripts_are_embedded_again(before: Any) -> None:
    fill(before)
    after = migrate(AFTER)
    assert titles(after, "text") == {title for title, stays in TITLES.items() if stays}
    assert titles(after, "image") == set(TITLES)
    assert prompts(after) == ""  # a new profile queues every open post


def test_the_release_before_finds_a_vector_in_every_row(before: Any) -> None:
    fill(before)
    after = migrate(AFTER)
    texts = after.get_model("matching", "Embedding").objects
    texts.filter(post__title="black wallet", modality="text").update(data=b"")
    after.get_model("matching", "StoredProfile").objects.update(prompts_hash="p")
    restored = migrate(BEFORE)
    assert titles(restored, "text") == {"검은 지갑", "ＡｉｒＴａｇ", "아이폰 を失く"}
    assert titles(restored, "image") == set(TITLES)
    assert prompts(restored) == ""


def test_recorded_preparations_go_without_their_vectors(before: Any) -> None:
    fill(before)
    recorded = migrate(RECORDED).get_model("matching", "RecordedPreparation").objects
    recorded.create(fingerprint="f", inputs={"ids": [[1]], "pixels": [], "libraries": {}})
    assert titles(migrate(AFTER), "image") == set(TITLES)
    again = migrate(RECORDED).get_model("matching", "RecordedPreparation").objects
    assert not again.exists()
