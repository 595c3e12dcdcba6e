"""A student's post of a thing in the safe: over the API, nothing but its words can change."""

import pytest

from lostfound.models import Item
from tests.support.api_client import Device
from tests.support.builders import make_user
from tests.support.items import make_item

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_what_lies_in_the_safe_stays_whatever_its_finder_sends() -> None:
    finder = make_user()
    item = make_item(author=finder, hidden_facts="별 스티커")
    phone, path = Device(finder), f"posts/{item.post.public_id}/"  # type: ignore[union-attr]
    refused = phone.patch(path, {"office": None, "kept_note": "내 가방"})
    assert (refused.status_code, refused.json()["code"]) == (409, "kept_by_office")
    assert phone.delete(path).json()["code"] == "kept_by_office"
    assert phone.post(f"{path}close/", {}).json()["code"] == "kept_by_office"
    assert phone.patch(path, {"title": "지갑"}).status_code == 200
    kept = Item.objects.select_related("post", "place").get()
    assert kept.post is not None and kept.place is not None
    assert (kept.state, kept.place.code, kept.post.hidden_facts) == ("held", "A-12", "별 스티커")
