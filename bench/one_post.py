"""Counts calls, queries and settings validations for matching one post and showing its pairs.

Runs in this process (`python -m bench.one_post FOLDER`), on the migrated and empty site of the
environment. The last line of output has the figures; `calls.txt`, `queries.txt` and `pages.txt` in
FOLDER list where each call and each query comes from.

The scene: found posts with one photograph each, all matched, then a lost post with one that
resembles two of them. Its vectors make a rebuild of such a small site's statistics due, which is
part of the measurement. A second lost post is matched with new statistics, without a rebuild.

A query is a statement that Django sends, including BEGIN and COMMIT. A validation of settings is
a call of VALIDATES, after a change of them. A member of an office's staff requests each page three
times, and the third one counts: the page of a pair that is not the last in the queue, with text and
photographs but without a category; the list of waiting pairs; the desk, which shows the first one.
"""

import json
import sys
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import django

from bench.pictures import jpeg
from bench.tracing import Calls, Statements, traced

# Parts of the product that the measurement uses, by name.
SUBMIT_POST: Final = "lostfound.services.submit_post"
MATCH_POST: Final = "matching.services.match_post"
BUILD_STATISTICS: Final = "matching.services.build_scoring_profile"
STATISTICS: Final = "matching.models.StoredProfile"
PAIR: Final = "matching.models.Match"
OFFICE: Final = "lostfound.models.Office"
VALIDATES: Final = "matching.conf.validated"
STAFF: Final = "matching.demo.seed.CLERKS"  # name of their group
SUGGESTED: Final = "suggested"
LIST: Final = "/admin/matching/match/"
DESK: Final = "/admin/matching/match/desk/"

FOUND: Final = (
    *("black leather wallet", "blue folding umbrella", "grey wool scarf", "silver laptop"),
    *("green steel bottle", "red canvas backpack", "white wireless earphones", "brown glasses"),
    *("pink pencil case", "yellow knitted hat", "bunch of keys", "navy rain jacket"),
    *("orange notebook", "purple gloves", "golden ring", "student card"),
    *("beige tote bag", "camera lens", "wooden flute", "tennis racket"),
)
LOST: Final = {"statistics due": "black wallet", "statistics new": "blue umbrella"}
PAIRS: Final = 4  # for the pages
DAYS_AGO: Final = 5


def measure(folder: Path) -> dict[str, dict[str, int]]:
    """Figures by moment and for the pages; their origins are written to files in `folder`."""
    for number, title in enumerate(FOUND):
        _match(_submit("found", title, number))
    figures, calls_of, queries_of = {}, [], []
    for number, (moment, title) in enumerate(LOST.items(), start=len(FOUND)):
        if moment == "statistics new":
            _named(BUILD_STATISTICS)()
        post = _submit("lost", title, number)
        built = _named(STATISTICS).objects.count()
        calls, queries = _match(post)
        figures[moment] = {
            "calls": calls.total(),
            "queries": len(queries),
            "validations": calls.of_watched,
            "built": _named(STATISTICS).objects.count() - built,
            "suggested": _named(PAIR).objects.filter(lost=post, status=SUGGESTED).count(),
        }
        calls_of.append(calls.as_text(f"Matching one post, {moment}"))
        queries_of.append(queries.as_text(f"Matching one post, {moment}"))
    pages = _pages()
    figures["pages"] = {name: len(queries) for name, queries in pages.items()}
    (folder / "calls.txt").write_text("\n".join(calls_of))
    (folder / "queries.txt").write_text("\n".join(queries_of))
    pages_of = [queries.as_text(f"The {name}") for name, queries in pages.items()]
    (folder / "pages.txt").write_text("\n".join(pages_of))
    return figures


def _match(post: Any) -> tuple[Calls, Statements]:
    from django.conf import settings
    from django.core.signals import setting_changed

    setting_changed.send(None, setting="MATCHING", value=settings.MATCHING, enter=True)
    calls = Calls(watched=_named(VALIDATES))
    with traced(calls) as queries:
        outcome = _named(MATCH_POST)(post.pk)
    if outcome != "matched":
        raise RuntimeError(f"The post was not matched: {outcome}.")
    return calls, queries


def _pages() -> dict[str, Statements]:
    from django.test import Client

    # The newest pair comes first, and the others follow it.
    addresses = {"pair page": f"{LIST}{_pairs()[-1].pk}/change/", "list": LIST, "desk": DESK}
    visitor = Client()
    visitor.force_login(_member_of_staff())
    pages = {}
    for name, address in addresses.items():
        for _ in range(3):
            with traced() as queries:
                answer = visitor.get(address)
            if answer.status_code != 200:
                raise RuntimeError(f"{address} answered {answer.status_code}.")
        pages[name] = queries
    return pages


def _pairs() -> list[Any]:
    """Suggested pairs of posts without other pairs, with the score of the best pair found."""
    known = _named(PAIR).objects.filter(status=SUGGESTED).order_by("-score")[0].pk
    pairs = []
    for number in range(PAIRS):
        pair = _named(PAIR).objects.get(pk=known)
        pair.pk, pair._state.adding = None, True
        pair.lost = _submit("lost", f"lost {number}", 100 + 2 * number)
        pair.found = _submit("found", f"found {number}", 101 + 2 * number)
        pair.save()
        pairs.append(pair)
    return pairs


def _member_of_staff() -> Any:
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Group

    office = _named(OFFICE).objects.filter(is_active=True)[0]
    person = get_user_model().objects.create(username="clerk", is_staff=True, office=office)
    person.groups.set([Group.objects.get(name=_named(STAFF))])
    return person


def _submit(kind: str, title: str, number: int) -> Any:
    from django.contrib.auth import get_user_model
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.utils import timezone

    day = timezone.localdate() - timedelta(days=DAYS_AGO)
    custody = {"kept_note": "shelf"} if kind == "found" else {}
    return _named(SUBMIT_POST)(
        author=get_user_model().objects.create(username=f"person{number}"),
        kind=kind,
        fields={"title": title, "happened_on": day, **custody},
        photos=[SimpleUploadedFile("photo.jpg", jpeg(number, 320, 240), "image/jpeg")],
    )


def _named(path: str) -> Any:
    """The object at a dotted path. Raises: AttributeError, ImportError if it has been renamed"""
    module, _dot, name = path.rpartition(".")
    return getattr(import_module(module), name)


if __name__ == "__main__":
    django.setup()
    print(json.dumps(measure(Path(sys.argv[1]))))
