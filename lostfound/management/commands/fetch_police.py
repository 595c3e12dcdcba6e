"""manage.py fetch_police: read what the police and other institutions have."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lostfound.models import PoliceFetch
from lostfound.police.client import PoliceClient
from lostfound.police.details import read_details
from lostfound.police.importer import SERVICES, FetchRefused, fetch_police


class Command(BaseCommand):
    """Exits with an error unless every list was read completely."""

    help = "Read what the police and other institutions have found, from their open data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which lists, and how far back."""
        parser.add_argument("--service", choices=SERVICES, help="one of the lists")
        parser.add_argument("--days", type=int, help="how many days back (POLICE_DAYS)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line for each list."""
        if not settings.POLICE_API_KEY:
            raise CommandError("POLICE_API_KEY is not set, so nothing can be fetched.")
        client = PoliceClient(settings.POLICE_API_URL, settings.POLICE_API_KEY)
        services = [options["service"]] if options["service"] else SERVICES
        try:
            runs = fetch_police(client, services=services, days=options["days"])
        except FetchRefused as refused:
            raise CommandError(str(refused)) from refused
        for run in runs:
            numbers = f"{run.pages} pages, {run.rows} rows: {run.added} new, {run.changed} changed"
            why = f" ({run.get_problem_display()}: {run.detail})" if run.problem else ""
            line = f"{run.service}: {run.state}, {numbers}, {run.expired} gone{why}"
            self.stdout.write(line)
        if any(run.state != PoliceFetch.State.COMPLETE for run in runs):
            raise CommandError("Not every list could be read. What was there stays.")
        self.stdout.write(f"{read_details(client)} details read")
