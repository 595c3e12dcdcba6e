"""The pages of batches: from the draft to the results, and the list on paper and as CSV."""

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from lostfound.models import AccessLog, Category, DisposalBatch, Item
from lostfound.spreadsheets.batches import police_code
from tests.support.items import HEADS, first_office, make_clerk, make_item
from tests.support.web_client import page, queries_of, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    return signed_in(make_clerk(first_office(), group=HEADS), "en")


def drafted(desk: Client, *items: Item) -> DisposalBatch:
    sent = {
        **{"kind": "police", "recipient": "관악경찰서", "document_no": "제1호"},
        "codes": " ".join(item.shown_code for item in items),
    }
    desk.post(reverse("lostfound:draft_batch"), sent)
    return DisposalBatch.objects.get()


def test_from_the_draft_to_the_results(desk: Client) -> None:
    items = [make_item(), make_item()]
    batch = drafted(desk, *items)
    url = reverse("lostfound:batch", args=[batch.pk])
    assert "Somebody else has to approve" in page(desk.get(url))
    other = signed_in(make_clerk(first_office(), group=HEADS), "en")
    other.post(reverse("lostfound:approve_batch", args=[batch.pk]))
    assert "What the recipient took" in page(other.get(url))
    sent = {
        **{f"result_{items[0].pk}": "accepted", f"police_id_{items[0].pk}": "F2026120100000012"},
        **{f"result_{items[1].pk}": "refused", f"reason_{items[1].pk}": "직접 처리"},
    }
    desk.post(reverse("lostfound:complete_batch", args=[batch.pk]), sent)
    assert [Item.objects.get(pk=item.pk).state for item in items] == ["at_police", "held"]
    html = page(desk.get(url))
    assert "F2026120100000012" in html and "직접 처리" in html


def test_the_list_has_six_digits_of_the_class_and_no_formulas(desk: Client) -> None:
    card = make_item(
        title="=1+1",
        category=Category.objects.get(code="id_card"),
        shelf="금고",
        hidden_facts="푸른 실",
        finder={"brought_note": "김습득"},
    )
    batch = drafted(desk, card)
    answer = desk.get(reverse("lostfound:batch_csv", args=[batch.pk]))
    text = answer.content.decode("utf-8-sig")
    heading, row = csv.reader(io.StringIO(text))
    assert len(heading) == len(row) == 15
    assert (row[1], row[2], row[4]) == (card.shown_code, "'=1+1", "PRN100")
    assert "푸른 실" not in text and "김습득" not in text
    html = page(desk.get(reverse("lostfound:batch_list", args=[batch.pk])))
    assert "PRN100" in html and "signature" in html and "푸른 실" not in html
    assert AccessLog.objects.filter(what="export").count() == 2


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("PRH", "PRH000"), ("PRN1", "PRN100"), ("PRG90", "PRG900"), ("", ""), ("X1", "")],
)
def test_classes_of_the_police_have_six_characters(ours: str, theirs: str) -> None:
    assert police_code(ours) == theirs


def test_the_page_of_a_batch_takes_a_constant_number_of_queries(desk: Client) -> None:
    batch = drafted(desk, make_item())
    url = reverse("lostfound:batch", args=[batch.pk])
    before = queries_of(desk, url)
    for _number in range(4):
        batch.rows.create(item=make_item())
    assert queries_of(desk, url) == before


def test_warnings_show_where_something_risky_is_allowed(desk: Client, settings: Settings) -> None:
    url = reverse("lostfound:batches")
    assert "Ask a lawyer" not in page(desk.get(url)) and "donation" not in page(desk.get(url))
    settings.DONATION_ALLOWED = True
    assert "Ask a lawyer" in page(desk.get(url)) and "donation" in page(desk.get(url))
