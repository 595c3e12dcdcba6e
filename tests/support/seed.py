"""People and posts of the browser tests, saved in the server's own database.

Run as a process of its own with the server's environment: a process that drives a browser
through Playwright holds an event loop, in which Django refuses to use a database.
"""

import json
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

PASSWORD = "browser-tests-1"
PEOPLE = ("reader", "loser", "finder", "english", "clumsy", "newcomer", "clerk", "staff", "second")


def main() -> None:
    """Print the URLs of the created objects as JSON."""
    django.setup()
    from lostfound.models import User
    from tests.support.drawings import draw_bag

    people = {}
    for name in PEOPLE:
        person = User.objects.create_user(name, f"{name}@example.org", PASSWORD)
        person.is_staff = name in ("staff", "second", "clerk")  # the clerk has no permissions yet
        person.is_superuser = name in ("staff", "second")
        person.language = "en" if name == "english" else "ko"
        person.save()
        people[name] = person
    with tempfile.TemporaryDirectory() as folder:
        picture = draw_bag(Path(folder) / "bag.jpg", "#23305f").read_bytes()
    lost = _post(people["reader"], "lost", "남색 가죽 손가방", picture)
    found = _post(people["english"], "found", "남색 손가방", picture)
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    if pairs:
        _pairs(people["loser"], people["finder"], pairs)
    thing = f"/things/{found.public_id}/"
    made = {"lost": lost.get_absolute_url(), "found": found.get_absolute_url(), "thing": thing}
    if pairs:
        made["duplicate"] = _duplicate(people["finder"], people["english"])
    json.dump(made, sys.stdout)


def _pairs(loser: Any, finder: Any, count: int) -> None:
    """Create suggested pairs without any matching, for a site without a worker."""
    from matching.models import Match

    for number in range(count):
        lost = _post(loser, "lost", f"우산 {number}", None)
        found = _post(finder, "found", f"주운 우산 {number}", None)
        terms = {"prior": -6.0, "text_text": 4.2, "category": 1.9, "time": 0.7, "image_image": None}
        Match.objects.create(
            lost=lost,
            found=found,
            strategy="calibrated_v3",
            fingerprint="drawn",
            score=0.95 - number / 1000,
            rank=1,
            terms=terms,
            evidence_hash=f"{number:064x}",
        )


def _duplicate(author: Any, other: Any) -> str:
    """Create a possible duplicate of two found posts; returns the URL of its page."""
    from django.urls import reverse

    from tests.support.factories import DuplicateFactory

    first, second = (_post(who, "found", "회색 목도리", None) for who in (author, other))
    duplicate = DuplicateFactory.create(first=first, second=second)
    return reverse("admin:matching_possibleduplicate_change", args=[duplicate.pk])


def _post(author: Any, kind: str, title: str, picture: bytes | None) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.utils import timezone

    from lostfound.models import Building, Category, Office
    from lostfound.services import submit_post

    fields: dict[str, Any] = {
        "title": title,
        "description": "금색 잠금쇠가 있고 손잡이가 둥급니다.",
        "category": Category.objects.get(code="handbag"),
        "colour": "navy",
        "building": Building.objects.order_by("pk").first(),
        "happened_on": timezone.localdate() - timedelta(days=2),
    }
    if kind == "found":
        fields["office"] = Office.objects.order_by("pk").first()
    photos = [SimpleUploadedFile("bag.jpg", picture, "image/jpeg")] if picture else []
    return submit_post(author=author, kind=kind, fields=fields, photos=photos)


if __name__ == "__main__":
    main()
