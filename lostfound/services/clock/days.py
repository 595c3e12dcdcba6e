"""Periods of the Korean civil code: days, months by calendar, holidays. No database."""

from calendar import monthrange
from datetime import date, timedelta
from functools import cache
from typing import Final

import holidays

from lostfound.data.retention_file import read_law

SATURDAY: Final = 5
ONE_DAY: Final = timedelta(days=1)
MONTHS: Final = 12


@cache
def korean_holidays() -> holidays.HolidayBase:
    """The public holidays with their substitutes; it computes each year when it is first asked."""
    return holidays.country_holidays("KR")


def is_day_off(day: date) -> bool:
    """Whether a period that ends on this day is longer: Saturday, Sunday or holiday (민법 161)."""
    return day.weekday() >= SATURDAY or day in korean_holidays()


def rolled(day: date) -> date:
    """The day, or the next working day: for the printed end of a legal period only."""
    while is_day_off(day):
        day += ONE_DAY
    return day


def days_after(day: date, days: int) -> date:
    """The last day of a period of days; its first day is not counted (민법 157)."""
    return day + timedelta(days=days)


def months_end(first: date, months: int) -> date:
    """The last day of a period of months by calendar (민법 160).

    It is the day before the one of the same number, or the end of a month that lacks it.

    Args:
        first: the first day that counts.
    """
    year, month = divmod(first.year * MONTHS + first.month - 1 + months, MONTHS)
    last_of_month = monthrange(year, month + 1)[1]
    if first.day > last_of_month:
        return date(year, month + 1, last_of_month)
    return date(year, month + 1, first.day) - ONE_DAY


def owners_end(posted_on: date) -> date:
    """The last day on which an owner can ask for a thing, rolled over days off.

    Args:
        posted_on: when the police put it on their site; a notice on the campus starts nothing.
    """
    return rolled(months_end(posted_on + ONE_DAY, read_law().owner_months))


def finders_end(owners_last: date) -> date:
    """The last day on which the finder, who owns a thing by then, can collect it."""
    return rolled(months_end(owners_last + ONE_DAY, read_law().finder_collect_months))
