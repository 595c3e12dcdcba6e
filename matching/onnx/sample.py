"""Texts and photographs to compare engines on: from a folder, the site's posts, or drawn."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.db import DatabaseError

from lostfound.models import Photo, Post

FOLDER, OWN, DRAWN = "of the folder", "of this site's posts", "drawn"
SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".webp")
MOST_TEXTS: Final = 300
MOST_PHOTOGRAPHS: Final = 100
LEAST: Final = 24  # of either; filled up with drawn ones, so that there are neighbours to confuse
DRAWN_PX: Final = 320
FIRST_SEED: Final = 700_000_000  # outside the seeds of demo and training


class SampleMissing(Exception):
    """The folder has nothing to compare on; the message says what it needs."""


@dataclass(frozen=True)
class Sample:
    """The texts and photographs, and `counts` of both by origin."""

    texts: list[str]
    photographs: list[Path]
    counts: dict[str, tuple[int, int]]

    def __str__(self) -> str:
        parts = [
            f"{t} texts and {p} photographs {origin}" for origin, (t, p) in self.counts.items()
        ]
        return ", ".join(parts)


def gather_sample(folder: Path | None, into: Path) -> Sample:
    """Take the folder's files or else the newest open posts, and fill up with drawn things.

    Args:
        folder: photographs, and *.txt files with one text per line; both optional.
        into: folder for the files that this creates.

    Raises: SampleMissing
    """
    counts: dict[str, tuple[int, int]] = {}
    texts: list[str] = []
    photographs: list[Path] = []
    if folder is not None:
        texts, photographs = _from_folder(folder)
        counts[FOLDER] = len(texts), len(photographs)
    else:
        try:
            texts, photographs = _own(into)
        except DatabaseError:  # the database is not set up yet
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


def _from_folder(folder: Path) -> tuple[list[str], list[Path]]:
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
            f"{folder} has no photographs ({', '.join(SUFFIXES)}) and no texts (*.txt with one "
            "text per line)."
        )
    return texts[:MOST_TEXTS], photographs[:MOST_PHOTOGRAPHS]


def _own(into: Path) -> tuple[list[str], list[Path]]:
    posts = Post.objects.open().with_facts().order_by("-pk")[:MOST_TEXTS]
    texts = list(dict.fromkeys(post.text for post in posts))
    photographs = []
    rows = Photo.objects.filter(post__in=Post.objects.open()).select_related("post__category")
    shown = [photo for photo in rows.order_by("-pk")[: 2 * MOST_PHOTOGRAPHS] if photo.is_safe]
    for photo in shown[:MOST_PHOTOGRAPHS]:
        path = into / f"own-{photo.pk}.jpg"
        try:
            with photo.full.open("rb") as file:
                path.write_bytes(file.read())
        except OSError:  # a missing file; the post's own job reports it
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
