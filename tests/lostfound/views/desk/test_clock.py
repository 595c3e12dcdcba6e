"""The page of what is due, and rules of keeping in the admin."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from lostfound.models import Item, Office, RetentionRule
from tests.support.builders import make_user
from tests.support.items import HEADS, first_office, make_clerk, make_item
from tests.support.web_client import page, queries_of, signed_in

pytestmark = pytest.mark.django_db

CLOCK = reverse("lostfound:clock")


def test_the_queues_of_the_own_office_in_a_constant_number_of_queries() -> None:
    here, there = Office.objects.order_by("pk")[:2]
    client = signed_in(make_clerk(here), "en")
    late = make_item(office=here, happened_on=date(2026, 11, 1))
    elsewhere = make_item(office=there, happened_on=date(2026, 11, 1))
    html = page(client.get(CLOCK))
    assert late.shown_code in html and elsewhere.shown_code not in html and "late" in html
    before = queries_of(client, CLOCK)
    for _number in range(5):
        make_item(office=here, happened_on=date(2026, 11, 1), value={"has_name_inside": True})
    assert queries_of(client, CLOCK) == before
    superuser = make_user(is_staff=True, is_superuser=True)
    assert elsewhere.shown_code in page(signed_in(superuser).get(CLOCK))


def test_the_head_replaces_a_rule_and_a_clerk_does_not() -> None:
    rule = RetentionRule.objects.get(key="general")
    url = reverse("admin:lostfound_retentionrule_change", args=[rule.pk])
    sent = {
        **{"police_due_days": 7, "keep_days": 30, "notice_days": 14, "on_expiry": "police"},
        "source": "총장 결재",
    }
    assert signed_in(make_clerk(first_office())).post(url, sent).status_code == 403
    head = make_clerk(first_office(), group=HEADS)
    answer = signed_in(head).post(url, sent)
    assert answer.status_code == 302, page(answer)
    rule.refresh_from_db()
    newer = RetentionRule.objects.get(key="general", is_current=True)
    assert (rule.keep_days, rule.is_current) == (90, False)
    assert (newer.keep_days, newer.version, newer.made_by) == (30, 2, head)
    assert signed_in(head).post(url, sent).status_code == 403
    # Things that nobody has classified are never marked for destruction.
    url = reverse("admin:lostfound_retentionrule_change", args=[newer.pk])
    refused = signed_in(head).post(url, {**sent, "on_expiry": "destroy"})
    assert refused.status_code == 200
    assert RetentionRule.objects.get(key="general", is_current=True) == newer


def test_the_page_of_a_thing_shows_its_dates_and_notes_who_was_told() -> None:
    item = make_item(value={"has_name_inside": True})
    client = signed_in(make_clerk(item.office), "en")
    url = reverse("lostfound:desk_item", args=[item.code])
    assert "not told yet" in page(client.get(url)) and "name_inside v1" in page(client.get(url))
    client.post(reverse("lostfound:desk_item_contacted", args=[item.code]), {"note": "전화"})
    assert "not told yet" not in page(client.get(url))
    told = Item.objects.get(pk=item.pk).contacted_at
    assert told is not None and timezone.localdate(told) == timezone.localdate()
