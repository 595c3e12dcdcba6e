"""Periods by the calendar, with Korean holidays: the design's own examples, and a year of days."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from lostfound.data.retention_file import RetentionFileError, read_law, read_rules
from lostfound.services.clock.days import (
    days_after,
    finders_end,
    is_day_off,
    months_end,
    owners_end,
    rolled,
)


@pytest.mark.parametrize(
    ("found", "due", "printed"),
    [
        ((2026, 12, 1), (2026, 12, 8), (2026, 12, 8)),
        ((2026, 12, 18), (2026, 12, 25), (2026, 12, 28)),  # Christmas, a Friday
        ((2027, 2, 1), (2027, 2, 8), (2027, 2, 10)),  # the new year's days and their substitute
    ],
)
def test_seven_days_and_the_printed_end(
    found: tuple[int, int, int], due: tuple[int, int, int], printed: tuple[int, int, int]
) -> None:
    assert days_after(date(*found), 7) == date(*due)
    assert rolled(date(*due)) == date(*printed)


@pytest.mark.parametrize(
    ("posted", "end"),
    [
        (date(2026, 12, 10), date(2027, 6, 10)),
        # The 31st of February is missing: the 28th, a Sunday; then Independence Day.
        (date(2026, 8, 30), date(2027, 3, 2)),
    ],
)
def test_six_months_from_the_notice_of_the_police(posted: date, end: date) -> None:
    assert owners_end(posted) == end


def test_months_end_the_day_before_or_at_the_end_of_a_short_month() -> None:
    assert months_end(date(2026, 12, 11), 6) == date(2027, 6, 10)
    assert months_end(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert months_end(date(2027, 8, 31), 6) == date(2028, 2, 29)
    assert months_end(date(2026, 1, 1), 12) == date(2026, 12, 31)
    assert finders_end(date(2027, 6, 10)) == date(2027, 9, 10)


def test_days_off_of_2026() -> None:
    """All days off from Monday to Friday, as the government announced them."""
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    off = [f"{day:%m-%d}" for day in days if is_day_off(day) and day.weekday() < 5]
    assert off == [
        *("01-01", "02-16", "02-17", "02-18", "03-02", "05-01", "05-05", "05-25", "06-03"),
        *("07-17", "08-17", "09-24", "09-25", "10-05", "10-09", "12-25"),
    ]


def test_every_number_has_its_source() -> None:
    rules = {rule.key: rule for rule in read_rules()}
    assert rules["general"].values["keep_days"] == 90
    assert {rule.values["police_due_days"] for rule in rules.values()} == {7}
    assert all(
        line.partition(": ")[2] for rule in rules.values() for line in rule.source.split("\n")
    )
    assert not any(rule.values["on_expiry"] == "destroy" for rule in rules.values())
    assert (read_law().owner_months, read_law().finder_collect_months) == (6, 3)


def test_a_number_without_source_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "retention.toml"
    file.write_text('[[rule]]\nkey = "general"\nkeep_days = { value = 90 }\nfoo = 1\n')
    with pytest.raises(RetentionFileError) as refused:
        read_rules(file)
    assert "keep_days needs a value and its source" in str(refused.value)
    assert "foo is unknown" in str(refused.value)
