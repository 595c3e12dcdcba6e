"""Address and reason of accesses, and the record of erasures, in both directions with rows."""

from typing import Any

import pytest

from tests.support.migrations import SiteBefore, migrate

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.both_databases,
    pytest.mark.slow,
]

BEFORE = [("lostfound", "0025_disposal")]
AFTER = [("lostfound", "0026_erasure")]


@pytest.fixture
def before(site_before: SiteBefore) -> Any:
    return site_before(BEFORE)


def test_entries_stay_in_both_directions(before: Any) -> None:
    before.get_model("lostfound", "AccessLog").objects.create(what="post", subjects=["LF-1"])
    after = migrate(AFTER)
    log = after.get_model("lostfound", "AccessLog").objects
    assert log.values_list("subjects", "address", "reason").get() == (["LF-1"], None, "")
    log.create(what="export", address="203.0.113.9", reason="재고")
    after.get_model("lostfound", "Erasure").objects.create(cause="period", counts={"posts": 1})
    back = migrate(BEFORE)
    assert back.get_model("lostfound", "AccessLog").objects.count() == 2


def test_drafts_come_and_people_stay(before: Any) -> None:
    person = before.get_model("lostfound", "User").objects.create(username="someone")
    after = migrate([("lostfound", "0027_consent")])
    texts = after.get_model("lostfound", "LegalText").objects
    assert sorted(texts.values_list("kind", "published_at")) == [("privacy", None), ("terms", None)]
    text = texts.get(kind="terms")
    consents = after.get_model("lostfound", "Consent").objects
    consents.create(user_id=person.pk, text=text)
    back = migrate(BEFORE)
    assert back.get_model("lostfound", "User").objects.filter(pk=person.pk).exists()
