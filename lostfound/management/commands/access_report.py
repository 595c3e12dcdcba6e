"""`manage.py access_report`: who read personal data in a month, for the monthly review."""

import re
from argparse import ArgumentParser
from datetime import datetime
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count, Sum
from django.utils import timezone

from lostfound.models import AccessLog

MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
NIGHT: Final = range(0, 6)  # hours at which nobody works at the counter


class Command(BaseCommand):
    """Prints tables: by person and sort, each file with its reason, and what was at night."""

    help = "Summarise the access log of one month."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The month; the last whole one without it."""
        parser.add_argument("--month", default="", help="such as 2026-11")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report.

        Raises: CommandError
        """
        first, end = _span(options["month"])
        rows = AccessLog.objects.filter(at__gte=first, at__lt=end)
        self.stdout.write(f"Access to personal data, {first:%Y-%m}")
        if not rows.exists():
            self.stdout.write("None.")
            return
        people = rows.order_by("actor__username", "what").values_list("actor__username", "what")
        self.stdout.write("\nperson\twhat\ttimes\trows")
        for name, what, times, count in people.annotate(Count("pk"), Sum("count")):
            self.stdout.write(f"{name or '-'}\t{what}\t{times}\t{count}")
        self.stdout.write("\nfiles\nwhen\tperson\taddress\trows\treason")
        for row in rows.filter(what=AccessLog.What.EXPORT).select_related("actor").order_by("at"):
            self._line(row, str(row.count), row.reason)
        self.stdout.write("\nbetween midnight and six\nwhen\tperson\taddress\twhat")
        at_night = rows.filter(at__hour__in=NIGHT).select_related("actor").order_by("at")
        for row in at_night.iterator(chunk_size=1000):
            self._line(row, row.what)

    def _line(self, row: AccessLog, *rest: str) -> None:
        at = timezone.localtime(row.at)
        parts = (f"{at:%Y-%m-%d %H:%M}", str(row.actor or "-"), row.address or "-", *rest)
        self.stdout.write("\t".join(parts))


def _span(month: str) -> tuple[datetime, datetime]:
    """The start of a month and of the next one.

    Raises: CommandError
    """
    if month:
        match = MONTH.fullmatch(month)
        if match is None:
            raise CommandError("Write the month like 2026-11.")
        year, number = int(match[1]), int(match[2])
    else:
        today = timezone.localdate()
        year, number = divmod(today.year * 12 + today.month - 2, 12)
        number += 1
    zone = timezone.get_current_timezone()
    last = year * 12 + number
    return (
        datetime(year, number, 1, tzinfo=zone),
        datetime(last // 12, last % 12 + 1, 1, tzinfo=zone),
    )
