"""Imported files: whatever program wrote them, each bad row says why before anything is saved."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from lostfound.models import Building, Category
from lostfound.spreadsheets import MAX_ROWS, FileRefused, read_table
from lostfound.spreadsheets.dates import day_written
from tests.support.factories import CategoryFactory
from tests.support.spreadsheet_files import clerk, rows_of, table

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_korean_headings_and_names_are_understood(encoding: str, separator: str) -> None:
    category, building = Category.objects.get(code="umbrella"), Building.objects.order_by("pk")[0]
    lines = [
        "제목,분류,색,장소,날짜,선반",
        f"긴 우산,우산,검은색,{building.name_ko},2026. 3. 2.,A-12",
    ]
    content = "\r\n".join(lines).replace(",", separator).encode(encoding)
    row = rows_of(content)[0]
    assert row.errors == []
    assert row.fields["category"] == category and row.fields["building"] == building
    assert row.fields["colour"] == "black" and row.fields["shelf"] == "A-12"
    assert row.fields["happened_on"].isoformat() == "2026-03-02"


def test_columns_that_are_not_known_are_named_and_lines_counted_as_in_the_file() -> None:
    content = "제목,무게,발견일,\n\n우산,200,언젠가,\n".encode()
    read = read_table(content, actor=clerk())
    assert read.ignored == ["무게"]
    assert [(row.number, len(row.errors)) for row in read.rows] == [(3, 1)]


def test_a_name_of_its_own_goes_before_anothers_synonym() -> None:
    named = CategoryFactory.create(name_ko="돗자리")
    other = CategoryFactory.create(name_ko="깔개", synonyms_ko=["돗자리"])
    assert other.pk > named.pk
    row = rows_of(table("제목,분류", "파란 것,돗자리"))[0]
    assert row.fields["category"] == named


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        ("제목,title,색", ("제목", "title")),
        ("제목,색,제목", ("제목", "제목")),
        ("물건명, 습득물 ,색", ("물건명", "습득물")),
        ("제목,보관함,선반", ("보관함", "선반")),
    ],
)
def test_two_columns_of_one_meaning_are_refused_by_their_names(
    heading: str, names: tuple[str, str]
) -> None:
    with translation.override("en"), pytest.raises(FileRefused) as refused:
        rows_of(table(heading, "우산,우산,우산"))
    one, other = names
    assert f"“{one}” and “{other}”" in str(refused.value)


@pytest.mark.parametrize("after", ["", ",", ", ,,"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_text_that_an_unquoted_comma_divides_is_refused_with_what_to_do(
    separator: str, after: str
) -> None:
    lines = [f"제목,설명{after}", "우산,노란 끈, 파란 점, 스티커", "모자,챙이 넓음,,", "장갑"]
    with translation.override("en"):
        divided, fine, short = rows_of(table(*(line.replace(",", separator) for line in lines)))
    assert "파란 점 스티커" in divided.errors[0] and "quotation marks" in divided.errors[0]
    assert fine.errors == short.errors == []  # nothing is lost of what is empty
    assert short.fields["title"] == "장갑" and "description" not in short.fields
    quoted = rows_of(table("제목,설명", '우산,"노란 끈, 파란 점, 스티커"'))[0]
    assert not quoted.errors and quoted.fields["description"] == "노란 끈, 파란 점, 스티커"


def test_a_column_without_a_heading_that_holds_something_is_named() -> None:
    with translation.override("en"):
        read = read_table(table("제목,,,색", "우산,젖음,,검정"), actor=clerk())
    assert read.ignored == ["column 2, without a heading"] and read.rows[0].errors == []


@pytest.mark.parametrize("title", ["컵", "A", "꽃"])
def test_one_syllable_is_a_title(title: str) -> None:
    assert rows_of(table("제목", title))[0].errors == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("우산,우주선,,", "우주선"),
        ("우산,,무지개색,", "무지개색"),
        ("우산,,,어느 날", "어느 날"),
        ("우산,,,2026-13-40", "2026-13-40"),
        (",umbrella,,", "title is missing"),
        ("\u3164,umbrella,,", "title is missing"),
        ("가" * 101 + ",,,", "100"),
    ],
)
def test_a_bad_row_says_what_is_wrong_with_it(line: str, why: str) -> None:
    good = "파란 우산,umbrella,blue,2026-03-02"
    with translation.override("en"):
        rows = rows_of(table("title,category,colour,day", good, line))
    assert rows[0].errors == [] and rows[0].number == 2
    assert rows[1].number == 3 and why in " ".join(rows[1].errors)


def test_days_are_judged_as_on_saving_before_anything_is_saved() -> None:
    today = timezone.localdate()
    days = [today, today + timedelta(days=1), today.replace(year=today.year - 9, day=1)]
    old = [today.replace(year=today.year - 11, day=1), "0001-01-01"]
    rows = rows_of(table("제목,날짜", *(f"우산,{day}" for day in (*days, *old))))
    assert [bool(row.errors) for row in rows] == [False, True, False, True, True]


def test_a_row_has_to_say_where_the_thing_is_kept() -> None:
    content = table("제목,보관 메모", "우산,", "우산,정문 벤치 위")
    refused, fine = rows_of(content, clerk(has_office=False))
    assert refused.errors and not fine.errors
    actor = clerk()
    assert rows_of(content, actor)[0].fields["office"] == actor.office
    assert "office" not in rows_of(content, actor)[1].fields


def test_a_site_without_that_office_any_more_keeps_nothing_there() -> None:
    actor = clerk()
    assert actor.office is not None
    actor.office.is_active = False
    actor.office.save()
    assert rows_of(table("제목", "우산"), actor)[0].errors


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n  \r\n", "empty"),
        (b"\xff\xfe\x00\xd8\x81", "UTF-8"),
        (",,,\n우산,,,".encode(), "Missing: title"),
        (table("colour", "blue"), "Missing: title"),
        (table("title,colour"), "no row"),
        (table("title,colour", ",", ""), "no row"),
        (table("title", *("우산" for _ in range(MAX_ROWS + 1))), "500"),
        (b"title\n" + b"x" * (1024 * 1024), "1 MB"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(content: bytes, why: str) -> None:
    with translation.override("en"), pytest.raises(FileRefused) as refused:
        rows_of(content)
    assert why in str(refused.value)


def test_a_missing_column_is_named_in_the_readers_language() -> None:
    with translation.override("ko"), pytest.raises(FileRefused) as refused:
        rows_of(table("colour", "blue"))
    assert "제목" in str(refused.value) and "title" not in str(refused.value)


@pytest.mark.parametrize(
    ("lines", "begins"),
    [
        (['"긴 우산,A-1', "지갑,A-2", "열쇠,A-3"], 3),
        (['"긴 우산",A-1', '열쇠,"A-3', "모자,A-4"], 4),
        (['"긴 우산,A-1', "지갑,A-2", '"열쇠",A-3'], 3),
        (['"긴 우산,A-1', "지갑,A-2", '열쇠",A-3'], 3),
    ],
)
def test_a_quotation_mark_that_is_never_closed_swallows_no_row(
    lines: list[str], begins: int
) -> None:
    with translation.override("en"), pytest.raises(FileRefused) as refused:
        rows_of(table("제목,선반", "가방,A-0", *lines))
    assert f"line {begins}, " in str(refused.value)


def test_a_description_that_swallowed_rows_is_noticed_and_one_of_many_lines_is_fine() -> None:
    heading = "제목,설명,색,선반"
    fine = '"우산","손잡이가 나무예요,\n조금 긁혔고, 작아요\n이름표가 있어요",검정,A-1'
    assert rows_of(table(heading, fine))[0].errors == []
    swallowed = ['우산,"손잡이,검정,A-1', "지갑,갈색이에요,갈색,A-2", '모자,챙이 넓어요",빨강,A-3']
    with pytest.raises(FileRefused):
        rows_of(table(heading, *swallowed))


@pytest.mark.parametrize(
    "text",
    [
        *("2026-03-01", "2026.3.1", "2026. 3. 1.", "2026/03/01", "20260301", "26-03-01"),
        *("2026년 3월 1일", "2026년3월1일", "26년 3월 1일", "2026-03-01 14:00", "26. 3. 1."),
        *("2026-03-01T14:00:00+09:00", "2026. 3. 1. 오후 2:00", "2026-03-01(일)"),
        *("2026년 3월 1일 일요일", "２０２６．３．１", "46082", "46082.58333"),
    ],
)
def test_a_day_is_understood_as_people_and_spreadsheets_write_it(text: str) -> None:
    day = day_written(text)
    assert day is not None and day.isoformat() == "2026-03-01"


@pytest.mark.parametrize(
    "text", ["2", "123", "12345", "99999", "3/1", "2026-02-30", "3월 1일", "어제", "2026-03", "-"]
)
def test_what_could_mean_several_days_is_no_day(text: str) -> None:
    assert day_written(text) is None


@given(st.text(max_size=20))
def test_no_text_crashes_the_reader_of_days(text: str) -> None:
    day_written(text)


@given(st.binary(max_size=400))
def test_no_file_crashes_the_reader(content: bytes) -> None:
    try:
        rows_of(b"title,day\n" + content)
    except FileRefused as refused:
        assert str(refused)
