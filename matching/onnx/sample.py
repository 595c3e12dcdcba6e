"""Texts and photographs to compare engines on: given ones, the site's own, or drawn ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.db import DatabaseError

from lostfound.models import Photo, Post

GIVEN, OWN, DRAWN = "of the folder", "of this site's posts", "drawn"
SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".webp")
MOST_TEXTS: Final = 300
MOST_PHOTOGRAPHS: Final = 100
LEAST: Final = 24  # of either; drawn ones fill up to it, so that there is something to mistake
DRAWN_PX: Final = 320
FIRST_SEED: Final = 700_000_000  # no thing of the demo or the training


class SampleMissing(Exception):
    """The folder holds nothing to compare on; the message says what it takes."""


@dataclass(frozen=True)
class Sample:
    """What engines are compared on; `counts` tells how many came from where."""

    texts: list[str]
    photographs: list[Path]
    counts: dict[str, tuple[int, int]]

    def __str__(self) -> str:
        parts = [
            f"{t} texts and {p} photographs {origin}" for origin, (t, p) in self.counts.items()
        ]
        return ", ".join(parts)


def gather_sample(given: Path | None, into: Path) -> Sample:
    """Take what is given, else the newest open posts; drawn things stand in for what is missing.

    Args:
        given: folder with photographs, and *.txt files with one text a line; both optional.
        into: folder for files that this makes.

    Raises: SampleMissing
    """
    counts: dict[str, tuple[int, int]] = {}
    texts: list[str] = []
    photographs: list[Path] = []
    if given is not None:
        texts, photographs = _given(given)
        counts[GIVEN] = len(texts), len(photographs)
    else:
        try:
            texts, photographs = _own(into)
        except DatabaseError:  # not set up yet
            texts, photographs = [], []
        counts[OWN] = len(texts), len(photographs)
    more_texts = list(_drawn_texts(LEAST - len(texts)))
    more_photographs = list(_drawn_photographs(LEAST - len(photographs), into))
    counts[DRAWN] = len(more_texts), len(more_photographs)
    return Sample(
        texts + more_texts,
        photographs + more_photographs,
        {origin: numbers for origin, numbers in counts.items() if any(numbers)},
    )


def _given(folder: Path) -> tuple[list[str], list[Path]]:
    if not folder.is_dir():
        raise SampleMissing(f"There is no folder {folder}.")
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    photographs = [path.resolve() for path in paths if path.suffix.lower() in SUFFIXES]
    lines = [
        line.strip()
        for path in paths
        if path.suffix.lower() == ".txt"
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
    ]
    texts = [line for line in lines if line]
    if not texts and not photographs:
        raise SampleMissing(
            f"{folder} holds no photographs ({', '.join(SUFFIXES)}) and no texts (*.txt with one "
            "text a line)."
        )
    return texts[:MOST_TEXTS], photographs[:MOST_PHOTOGRAPHS]


def _own(into: Path) -> tuple[list[str], list[Path]]:
    posts = Post.objects.open().order_by("-pk")[:MOST_TEXTS]
    texts = list(dict.fromkeys(post.text for post in posts))
    photographs = []
    shown = Photo.objects.filter(post__in=Post.objects.open()).order_by("-pk")
    for photo in shown[:MOST_PHOTOGRAPHS]:
        path = into / f"own-{photo.pk}.jpg"
        try:
            with photo.full.open("rb") as file:
                path.write_bytes(file.read())
        except OSError:  # its post says so itself
            continue
        photographs.append(path)
    return texts, photographs


def _drawn_texts(number: int) -> Iterator[str]:
    from matching.bundled.drawing.captions import caption
    from matching.bundled.drawing.things import DRAWABLE, sample_thing

    for i in range(number):
        thing = sample_thing(FIRST_SEED + i, DRAWABLE[i % len(DRAWABLE)])
        yield caption(thing, i, "ko" if i % 2 else "en", 3)


def _drawn_photographs(number: int, into: Path) -> Iterator[Path]:
    from matching.bundled.drawing.things import DRAWABLE, sample_thing
    from matching.bundled.drawing.views import photograph

    for i in range(number):
        thing = sample_thing(FIRST_SEED + i, DRAWABLE[i % len(DRAWABLE)])
        path = into / f"drawn-{i}.jpg"
        photograph(thing, i, "mild", DRAWN_PX).save(path, "JPEG", quality=88)
        yield path
