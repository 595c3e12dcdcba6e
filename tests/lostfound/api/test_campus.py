"""Categories, places, notifications and the person."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lostfound.models import Colour, Notification, User
from tests.support.api_client import API, Device, code_of
from tests.support.builders import make_post, notified
from tests.support.factories import BuildingFactory, CategoryFactory, FamilyFactory, OfficeFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_categories_come_by_family_in_both_languages(phone: Device) -> None:
    hidden = CategoryFactory.create(is_active=False)
    family = FamilyFactory.create(name_ko="지갑류", name_en="Wallets")
    leaf = CategoryFactory.create(family=family, name_ko="장지갑", name_en="Long wallet")
    families = phone.get("categories/").json()
    listed = {f["code"]: [c["code"] for c in f["categories"]] for f in families}
    assert listed[family.code] == [leaf.code]
    assert "wallet_long" in [code for codes in listed.values() for code in codes]  # the campus
    assert hidden.code not in [code for codes in listed.values() for code in codes]
    mine = next(f for f in families if f["code"] == family.code)
    assert (mine["name_ko"], mine["name_en"]) == ("지갑류", "Wallets")
    assert mine["categories"][0]["name_ko"] == "장지갑"


def test_places_come_by_zone_with_the_offices(phone: Device) -> None:
    building, closed = BuildingFactory.create(), BuildingFactory.create(is_active=False)
    office = OfficeFactory.create()
    places = phone.get("places/").json()
    zones = {zone["code"]: [b["code"] for b in zone["buildings"]] for zone in places["zones"]}
    assert building.code in zones[building.zone.code]
    assert closed.code not in zones.get(closed.zone.code, [])
    assert office.code in [row["code"] for row in places["offices"]]


def test_what_a_search_may_name_is_read_without_signing_in(phone: Device) -> None:
    for path in ("categories/", "places/", "colours/"):
        answer = Device().get(path)
        assert answer.status_code == 200 and answer.json() == phone.get(path).json()
        known = {"If-None-Match": answer.headers["ETag"]}
        assert Device().client.get(f"{API}/{path}", headers=known).status_code == 304


@pytest.mark.parametrize("language", ["ko", "en"])
def test_colours_come_in_both_languages_whoever_reads(language: str) -> None:
    colours = Device(language=language).get("colours/").json()
    assert [row["code"] for row in colours] == Colour.values
    names = {row["code"]: (row["name_ko"], row["name_en"]) for row in colours}
    assert names["blue"] == ("파랑", "Blue")


@pytest.mark.parametrize("path", ["categories/", "places/", "colours/"])
def test_more_rows_cost_no_more_queries(phone: Device, path: str) -> None:
    counts = []
    for _ in range(2):
        for _ in range(3):
            CategoryFactory.create()
            BuildingFactory.create()
        phone.get(path)
        with CaptureQueriesContext(connection) as queries:
            phone.get(path)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_notifications_are_listed_and_marked_as_read(phone: Device, owner: User) -> None:
    post, other = make_post(author=owner, kind="lost"), make_post(kind="found")
    notification = notified(owner, post, Notification.Kind.MATCH_CONFIRMED, other_post=other)
    notified(other.author, other, Notification.Kind.MATCH_CONFIRMED)
    (row,) = phone.get("notifications/").json()["results"]
    assert (
        row["id"] == notification.pk and row["kind"] == "match_confirmed" and row["read_at"] is None
    )
    read = phone.post(f"notifications/{notification.pk}/read/").json()["read_at"]
    assert read
    assert (
        phone.post(f"notifications/{notification.pk}/read/").json()["read_at"] == read
    )  # the first time


def test_somebody_elses_notification_is_not_there(phone: Device) -> None:
    post = make_post(kind="lost")
    notification = notified(post.author, post, Notification.Kind.MATCH_CONFIRMED)
    assert code_of(phone.post(f"notifications/{notification.pk}/read/"), 404) == "not_found"
    notification.refresh_from_db()
    assert notification.read_at is None


def test_me_says_who_is_signed_in(phone: Device, owner: User) -> None:
    body = phone.get("me/").json()
    assert body["username"] == owner.username and body["email"] == owner.email
    assert "password" not in body
