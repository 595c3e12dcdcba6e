"""Posts as CSV: nothing computes in a spreadsheet, and each bad row says why."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lostfound.models import Building, Category, Post
from lostfound.spreadsheets import (
    MAX_ROWS,
    FileRefused,
    csv_lines,
    read_table,
    safe_cell,
    take_in,
)
from tests.factories import StaffFactory
from tests.lostfound.making import make_post

pytestmark = pytest.mark.django_db


def table(*lines: str) -> bytes:
    return "\n".join(lines).encode()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_starts_a_formula(start: str) -> None:
    post = make_post(title="우산", description=f"{start}HYPERLINK(1)")
    Post.objects.filter(pk=post.pk).update(description=f"{start}HYPERLINK(1)")
    post.refresh_from_db()
    text = "".join(csv_lines([post]))
    assert text.startswith("\ufeffnumber,")
    row = next(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    assert row["description"] == f"'{start}HYPERLINK(1)"


@given(st.text())
def test_a_cell_is_never_a_formula_and_loses_nothing(text: str) -> None:
    cell = safe_cell(text)
    assert cell.removeprefix("'") == text or cell == text
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_korean_headings_and_names_are_understood(encoding: str) -> None:
    category, building = Category.objects.get(code="umbrella"), Building.objects.order_by("pk")[0]
    lines = [
        "제목,분류,색,장소,날짜,선반",
        f"긴 우산,우산,검은색,{building.name_ko},2026. 3. 2.,A-12",
    ]
    row = read_table("\r\n".join(lines).encode(encoding)).rows[0]
    assert row.errors == []
    assert row.fields["category"] == category and row.fields["building"] == building
    assert row.fields["colour"] == "black" and row.fields["shelf"] == "A-12"
    assert row.fields["happened_on"].isoformat() == "2026-03-02"


def test_columns_that_are_not_known_are_named_and_lines_counted_as_in_the_file() -> None:
    read = read_table("제목,무게,발견일,\n\n우산,200,언젠가,\n".encode())
    assert read.ignored == ["무게"]
    assert [(row.number, len(row.errors)) for row in read.rows] == [(3, 1)]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("우산,우주선,,", "우주선"),
        ("우산,,무지개색,", "무지개색"),
        ("우산,,,어느 날", "어느 날"),
        ("우산,,,2026-13-40", "2026-13-40"),
        (",umbrella,,", "제목"),
        ("가" * 101 + ",,,", "100"),
    ],
)
def test_a_bad_row_says_what_is_wrong_with_it(line: str, why: str) -> None:
    good = "파란 우산,umbrella,blue,2026-03-02"
    rows = read_table(table("title,category,colour,day", good, line)).rows
    assert rows[0].errors == [] and rows[0].number == 2
    assert rows[1].number == 3 and why in " ".join(rows[1].errors)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00\xd8\x81",
        table("colour", "blue"),
        table("title", *("우산" for _ in range(MAX_ROWS + 1))),
        b"title\n" + b"x" * (1024 * 1024),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(content: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        read_table(content)
    assert str(refused.value)


def test_a_file_that_is_brought_in_twice_is_saved_once() -> None:
    staff = StaffFactory.create()
    content = table("title,shelf,day", "우산 하나,A-1,2026-03-02", "우산 둘,A-1,2999-01-01")
    for _ in range(2):
        saved, refused = take_in(read_table(content).rows, actor=staff)
        assert len(saved) == 1 and [row.number for row in refused] == [3]
    assert Post.objects.get().shelf == "A-1"


def test_two_equal_things_in_one_file_are_two_things() -> None:
    rows = read_table(table("title", "검은 우산", "검은 우산")).rows
    saved, _refused = take_in(rows, actor=StaffFactory.create())
    assert len({post.pk for post in saved}) == 2


@given(st.binary(max_size=400))
def test_no_file_crashes_the_reader(content: bytes) -> None:
    try:
        read_table(b"title,day\n" + content)
    except FileRefused as refused:
        assert str(refused)
