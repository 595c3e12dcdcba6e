"""Policies of photographs, and the lists of the police, in both directions with rows."""

from typing import Any

import pytest
from django.core.management import call_command
from tests.support.migrations import SiteBefore, migrate

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.both_databases,
    pytest.mark.slow,
]

BEFORE = [("lostfound", "0019_signed_together")]
MASKED = [("lostfound", "0020_masking")]
AFTER = [("lostfound", "0021_police")]
CLERKS = "분실물센터 직원"


@pytest.fixture
def before(site_before: SiteBefore) -> Any:
    return site_before(BEFORE)


def may_see(name: str) -> bool:
    from django.contrib.auth.models import Permission

    rows = Permission.objects.filter(codename="view_unmasked_photo")
    return rows.filter(group__name=name).exists()


def add_photo(apps: Any, category: Any) -> Any:
    user, _ = apps.get_model("lostfound", "User").objects.get_or_create(username="clerk")
    post = apps.get_model("lostfound", "Post").objects.create(
        kind="found", title="지갑", author=user, category=category
    )
    return apps.get_model("lostfound", "Photo").objects.create(
        post=post, full="a.jpg", thumbnail="b.jpg", width_px=1, height_px=1, content_hash="0" * 64
    )


def test_policies_come_by_code_and_photographs_wait(before: Any) -> None:
    categories = before.get_model("lostfound", "Category").objects
    wallet = categories.get(code="wallet_long")
    own = categories.create(
        code="own", name_ko="우리 것", name_en="Ours", family=wallet.family, is_sensitive=False
    )
    photo = add_photo(before, wallet)
    assert not may_see(CLERKS)
    after = migrate(MASKED)
    policies = dict(after.get_model("lostfound", "Category").objects.values_list("code", "photo_policy"))
    assert [policies[code] for code in ("wallet_long", "id_card", "umbrella", "own")] == [
        *("masked", "none", "normal", "masked"),
    ]
    assert own.pk
    stored = after.get_model("lostfound", "Photo").objects.get(pk=photo.pk)
    assert (stored.mask, stored.original.name, stored.upload_hash) == ("raw", "", "")
    assert may_see(CLERKS)
    back = migrate(BEFORE)
    assert back.get_model("lostfound", "Photo").objects.get(pk=photo.pk).full == "a.jpg"
    assert not may_see(CLERKS)
    migrate(MASKED)
    assert may_see(CLERKS)


def test_things_at_the_police_come_and_go(before: Any) -> None:
    after = migrate(AFTER)
    fetch = after.get_model("lostfound", "PoliceFetch").objects.create(
        service="police", region="LCA000", first_day="2026-11-01", last_day="2026-11-30"
    )
    category = after.get_model("lostfound", "Category").objects.get(code="umbrella")
    found = after.get_model("lostfound", "PoliceFound").objects.create(
        service="police",
        atc_id="F" + "1" * 16,
        title="우산",
        category=category,
        found_on="2026-11-02",
        region="LCA000",
        content_hash="0" * 64,
        seen_in=fetch,
    )
    apps = migrate([("matching", "0016_police")])
    post = add_photo(after, category).post
    apps.get_model("matching", "PoliceEmbedding").objects.create(
        found_id=found.pk, content_hash="0" * 64, fingerprint="f", dim=1, data=b"1234"
    )
    apps.get_model("matching", "PoliceMatch").objects.create(
        lost_id=post.pk, found_id=found.pk, score=0.5, strategy="s", fingerprint="f"
    )
    migrate(MASKED)
    again = migrate(AFTER)
    assert not again.get_model("lostfound", "PoliceFound").objects.exists()
    assert again.get_model("lostfound", "Category").objects.filter(pk=category.pk).exists()
