"""How many queries the staff pages take: as many for thirty pairs as for two.

Counted for a member of staff with permissions by group, and with everything that a page can show.
"""

from typing import Any, Final

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from matching.demo.seed import CLERKS
from matching.models import Match, SuggestionAnswer
from matching.services import reject_match, undo_decision
from tests.support.factories import (
    BuildingFactory,
    CategoryFactory,
    DuplicateFactory,
    FoundPostFactory,
    MatchFactory,
    OfficeFactory,
    PhotoFactory,
    PostFactory,
    ProfileFactory,
    StaffFactory,
    UserFactory,
)
from tests.support.web_client import signed_in

pytestmark = pytest.mark.django_db

EVERY_PAGE: Final = 4  # the session, the person, their device, and what they may do
PAIR: Final = EVERY_PAGE + 10
DESK: Final = EVERY_PAGE + 10
LIST: Final = EVERY_PAGE + 4
NOTHING_WAITS: Final = EVERY_PAGE + 3
FIRST_PAGE: Final = EVERY_PAGE + 10


@pytest.fixture(autouse=True)
def encoder(fake_encoder: Any) -> None:
    """So that the first page can show the system status without loading a model."""


@pytest.fixture
def clerk() -> Client:
    person = UserFactory.create(is_staff=True, office=OfficeFactory.create())
    person.groups.set(Group.objects.filter(name=CLERKS))
    return signed_in(person, "en")


def make_pairs(count: int) -> list[Match]:
    """Pairs with everything that a page can show, so that none of its parts is empty."""
    profile, office = ProfileFactory.create(), OfficeFactory.create()
    facts = {"category": CategoryFactory.create(), "building": BuildingFactory.create()}
    pairs = []
    for _ in range(count):
        lost = PostFactory.create(colour="black", **facts)
        found = FoundPostFactory.create(colour="black", office=office, **facts)
        for post in (lost, found):
            PhotoFactory.create_batch(2, post=post)
        pairs.append(
            MatchFactory.create(lost=lost, found=found, profile=profile, strategy="calibrated_v3")
        )
    first, last = pairs[0], pairs[-1]
    MatchFactory.create(lost=first.lost, found=last.found, score=0.3)
    DuplicateFactory.create(first=first.lost, second=last.lost, profile=profile)
    DuplicateFactory.create(first=first.found, second=last.found, profile=profile)
    SuggestionAnswer.objects.create(match=first, user=first.lost.author, answer="mine")
    undo_decision(reject_match(first, actor=StaffFactory.create()), actor=StaffFactory.create())
    return pairs


def queries_of(client: Client, url: str) -> int:
    """Queries of a page that has been opened before."""
    for _ in range(2):
        assert client.get(url).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    return len(queries)


@pytest.mark.parametrize("count", [2, *(pytest.param(n, marks=pytest.mark.slow) for n in (12, 30))])
def test_pages_of_pairs(clerk: Client, count: int) -> None:
    first = make_pairs(count)[0]
    pair = reverse("admin:matching_match_change", args=[first.pk])
    shown = clerk.get(pair).context
    for part in ("others", "look_alikes", "answer", "duplicates", "history", "next_url"):
        assert shown[part], part
    taken = {
        "pair": queries_of(clerk, pair),
        "desk": queries_of(clerk, reverse("admin:matching_match_desk")),
        "list": queries_of(clerk, reverse("admin:matching_match_changelist")),
        "first page": queries_of(clerk, reverse("admin:index")),
    }
    assert taken == {"pair": PAIR, "desk": DESK, "list": LIST, "first page": FIRST_PAGE}
    assert PAIR <= 14 and LIST <= 8


def test_a_filtered_queue_costs_its_filters(clerk: Client) -> None:
    """The offices are loaded, to recognise an unknown one."""
    first = make_pairs(2)[0]
    kept = f"office={first.found.office_id}"
    pair = reverse("admin:matching_match_change", args=[first.pk])
    assert queries_of(clerk, f"{pair}?_changelist_filters={kept}") == PAIR + 1


def test_a_desk_on_which_nothing_waits(clerk: Client) -> None:
    assert queries_of(clerk, reverse("admin:matching_match_desk")) == NOTHING_WAITS
