"""A row is imported once, whoever imports the file and however it was corrected."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from lostfound.models import Post
from lostfound.services import delete_post
from lostfound.services.items import void_item
from lostfound.spreadsheets import Report, import_rows
from tests.support.builders import make_post
from tests.support.spreadsheet_files import clerk, rows_of, table

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
HEADING = "title,shelf,day"
ONE, TWO = "우산 하나,A-1,2026-03-02", "우산 둘,A-1,2026-03-03"


def bring_in(*lines: str, actor: object = None) -> Report:
    person = actor or clerk()
    return import_rows(rows_of(table(*lines), person), actor=person)  # type: ignore[arg-type]


def test_a_file_that_is_brought_in_twice_is_saved_once() -> None:
    staff = clerk()
    first = bring_in(HEADING, ONE, "우산 둘,A-1,2999-01-01", actor=staff)
    assert len(first.saved) == 1 and [row.number for row in first.refused] == [3]
    again = bring_in(HEADING, ONE, "우산 둘,A-1,2999-01-01", actor=staff)
    assert not again.saved and [row.known for row in again.known] == first.saved
    assert Post.objects.get().shelf == "A-1"


@pytest.mark.parametrize(
    "lines",
    [
        (HEADING, "모자,A-2,2026-03-01", ONE, TWO),  # a row above
        (HEADING, TWO, ONE),  # in another order
        (HEADING, "", ONE, "", TWO),
        ("날짜,제목,무게,선반", "2026. 3. 2.,우산  하나,,A-1", "2026년 3월 3일,우산 둘,,A-1"),
    ],
)
def test_a_mended_file_saves_only_what_is_new(lines: tuple[str, ...]) -> None:
    staff = clerk()
    assert len(bring_in(HEADING, ONE, TWO, actor=staff).saved) == 2
    assert len(bring_in(*lines, actor=staff).known) == 2
    assert Post.objects.filter(title__startswith="우산").count() == 2


def test_a_row_less_above_saves_nothing_again() -> None:
    staff = clerk()
    bring_in(HEADING, ONE, TWO, actor=staff)
    assert not bring_in(HEADING, TWO, actor=staff).saved


def test_two_equal_things_in_one_file_are_two_things_and_stay_two() -> None:
    staff = clerk()
    saved = bring_in("title", "검은 우산", "검은 우산", actor=staff).saved
    assert len({post.pk for post in saved}) == 2
    again = bring_in("title", "검은 우산", "검은 우산", "검은 우산", actor=staff)
    assert len(again.known) == 2 and len(again.saved) == 1


def test_a_colleagues_rows_are_known_whatever_office_filled_them_in() -> None:
    saved = bring_in(HEADING, ONE, TWO).saved
    report = bring_in(HEADING, TWO, ONE, "모자,A-2,2026-03-01")
    assert {row.known for row in report.known} == set(saved)
    assert [post.title for post in report.saved] == ["모자"]


def test_a_colleagues_row_of_long_ago_is_another_thing() -> None:
    bring_in(HEADING, ONE)
    Post.objects.update(created_at=timezone.now() - timedelta(days=120))
    assert len(bring_in(HEADING, ONE).saved) == 1


def test_what_was_deleted_since_is_reported_before_anything_is_saved() -> None:
    staff = clerk()
    gone = bring_in(HEADING, ONE, actor=staff).saved[0]
    void_item(gone.item, actor=staff, reason="twice")
    delete_post(gone, actor=staff)
    row = rows_of(table(HEADING, ONE), staff)[0]
    assert row.errors and row.known is None


def test_the_number_of_a_post_names_it_and_a_running_number_does_not() -> None:
    post = make_post()
    rows = rows_of(
        table(
            "번호,제목,색",
            f"{post.number},무엇이든,우주색",
            f"{post.public_id},무엇이든,",
            f"lf-{post.pk},,",
            f"{post.pk},다른 우산,",
            "LF-999999,다른 모자,",
        )
    )
    assert [row.known for row in rows] == [post, post, post, None, None]
    assert [row.errors for row in rows] == [[]] * 5


def test_a_lost_post_or_a_state_that_is_not_known_is_refused_with_a_reason() -> None:
    with translation.override("en"):
        rows = rows_of(
            table("제목,분실·습득,상태", "가,분실,", "나,습득,반환", "다,,새것", "라,found,open")
        )
    errors = [" ".join(row.errors) for row in rows]
    assert "only found things" in errors[0] and "Returned" in errors[1] and "새것" in errors[2]
    assert errors[3] == ""
