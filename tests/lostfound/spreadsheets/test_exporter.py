"""CSV export: no cell is a formula, and texts are in the reader's language."""

import csv
import io
from collections.abc import Iterable
from datetime import date

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from lostfound.models import Building, Category, Office, Post
from lostfound.spreadsheets import csv_lines, import_rows, read_table, safe_cell, sample_lines
from lostfound.spreadsheets.escaping import read_cell
from tests.support.builders import make_post
from tests.support.spreadsheet_files import clerk, rows_of

pytestmark = pytest.mark.django_db
SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def read_back(lines: Iterable[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(lines).lstrip("\ufeff"))))


@pytest.mark.parametrize("before", ["", "'", '"', "  ", " '", "\u3000", "\u200b", "\u201c"])
@pytest.mark.parametrize("sign", SIGNS)
def test_no_cell_starts_a_formula(sign: str, before: str) -> None:
    text = f"{before}{sign}HYPERLINK(1)"
    post = make_post(title="우산")
    Post.objects.filter(pk=post.pk).update(description=text)
    post.refresh_from_db()
    with translation.override("en"):
        assert read_back(csv_lines([post]))[0]["description"] == f"'{text}"
    assert read_cell(safe_cell(text)) == text.strip()


@pytest.mark.parametrize("start", ["\t", "\r", "\n"])
def test_no_cell_starts_with_what_moves_to_another_cell(start: str) -> None:
    assert safe_cell(f"{start}우산") == f"'{start}우산"


@pytest.mark.slow
@given(st.text())
def test_a_cell_is_never_a_formula_and_loses_nothing(text: str) -> None:
    cell = safe_cell(text)
    assert cell.removeprefix("'") == text or cell == text
    assert not cell.lstrip(' \u3000"').startswith((*SIGNS, "\t", "\r", "\n")) or cell != text


def test_a_quotation_mark_of_ones_own_is_kept() -> None:
    assert read_cell("'70s bag") == safe_cell("'70s bag") == "'70s bag"


def test_a_korean_reader_gets_korean_headings_and_names() -> None:
    category, building = Category.objects.get(code="umbrella"), Building.objects.first()
    office = Office.objects.first()
    assert building is not None and office is not None
    post = make_post(
        category=category, colour="black", building=building, office=office, hidden_facts="별"
    )
    with translation.override("ko"):
        korean = read_back(csv_lines([post]))[0]
    assert korean["번호"] == post.number == f"LF-{post.pk}"
    assert (korean["분실·습득"], korean["분류"], korean["색"]) == ("습득", category.name_ko, "검정")
    assert (korean["장소"], korean["보관 장소"]) == (building.name_ko, office.name_ko)
    assert korean["숨긴 특징"] == "별"  # the office's own, so that no file loses it
    with translation.override("en"):
        english = read_back(csv_lines([post]))[0]
    assert (english["lost or found"], english["category"]) == ("Found", category.name_en)
    assert (english["kept at"], english["hidden facts"]) == (office.name_en, "별")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_what_went_out_comes_in_again_as_nothing_new(language: str) -> None:
    actor = clerk(has_office=False)
    posts = [make_post(title=f"우산 {n}", kind=kind) for n, kind in enumerate(("found", "lost"))]
    with translation.override(language):
        content = "".join(csv_lines(posts)).encode()
    # Read by somebody of the other language.
    with translation.override("en" if language == "ko" else "ko"):
        read = read_table(content, actor=actor)
        report = import_rows(read.rows, actor=actor)
    assert read.ignored == []
    assert [row.known for row in report.known] == posts
    assert Post.objects.count() == 2 and not report.saved and not report.refused


@pytest.mark.parametrize("language", ["ko", "en"])
def test_of_a_file_from_elsewhere_only_what_waits_is_taken_in(language: str) -> None:
    """The numbers of another site say nothing here; kind and status still do."""
    kinds = {"found": "open", "lost": "open"}
    posts = [make_post(title=kind, kind=kind, kept_note="벤치") for kind in kinds]
    for status in ("matched", "returned", "closed"):
        posts.append(make_post(title=status, kept_note="벤치"))
        Post.objects.filter(pk=posts[-1].pk).update(status=status)
        posts[-1].refresh_from_db()
    with translation.override(language):
        content = "".join(csv_lines(posts)).encode()
        Post.objects.all().delete()
        report = import_rows(rows_of(content), actor=clerk())
    assert [post.title for post in report.saved] == ["found"]
    assert [row.texts["title"] for row in report.refused] == [
        "lost",
        "matched",
        "returned",
        "closed",
    ]
    assert all(row.errors for row in report.refused)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_sample_can_be_brought_in(language: str) -> None:
    with translation.override(language):
        rows = rows_of("".join(sample_lines()).encode(), clerk(has_office=False))
    assert len(rows) == 2 and [row.errors for row in rows] == [[], []]
    assert {"category", "building", "office", "shelf"} <= rows[0].fields.keys()


def test_a_loss_is_exported_with_what_is_known_of_its_day() -> None:
    day, later = date(2026, 11, 20), date(2026, 11, 24)
    unknown = make_post(kind="lost", title="unknown", happened_on=None)
    several = make_post(kind="lost", title="several", happened_on=day, happened_until=later)
    with translation.override("en"):
        rows = read_back(csv_lines([unknown, several]))
    assert [(row["day"], row["last possible day"]) for row in rows] == [
        ("", ""),
        ("2026-11-20", "2026-11-24"),
    ]
