"""The pairs that the project's first notes left open, posted on the site as it is.

Each is submitted as people do, matched by the task of production among everything that is open,
read from what was stored, and deleted again.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from django.utils import timezone

from lostfound.models import Building, Category, Post, User
from lostfound.services import delete_post, submit_post
from matching.bundled.drawing.things import Thing, sample_thing
from matching.demo.seed import Progress, drawn, seed_demo_campus, tick_drawings
from matching.encoders.base import current_fingerprint
from matching.models import Match
from matching.services import build_scoring_profile, embed_backlog, match_post, missing_posts


def _black_leather(thing: Thing) -> Thing:
    return replace(thing, colour="black", pattern="leather", accessory="none")


WALLET: Final = _black_leather(sample_thing(1, "wallet_long"))
NOTEBOOK: Final = _black_leather(sample_thing(2, "notebook"))
UMBRELLA: Final = replace(sample_thing(9, "umbrella_folding"), colour="blue")
DOG: Final = replace(sample_thing(3, "dog"), colour="brown")
LOOK_ALIKES: Final = 8
PHOTOGRAPH_PX: Final = 320
LOST_DAYS_AGO: Final = 4
FOUND_DAYS_AGO: Final = 3


@dataclass(frozen=True)
class Report:
    """What a person posts; without `thing`, there is no photograph."""

    title: str
    thing: Thing | None = None
    category: str = ""
    view_seed: int = 1


@dataclass(frozen=True)
class CaseResult:
    """What was stored about the pairs of a case, beside what it should be.

    Attributes:
        probability: of the pair; of several pairs, their sum.
        rank: among the candidates of the lost post; 0 where it is not asked for.
    """

    name: str
    probability: float
    rank: int
    goal: str
    is_reached: bool


def demo_campus_matched(progress: Progress) -> None:
    """Fill an empty database with the demo campus, and match it as a worker does in time."""
    seed_demo_campus(password="!", progress=progress)
    posts = missing_posts(current_fingerprint())
    with progress("Embedding the demo campus", len(posts)) as bar:
        embed_backlog(posts, progress=bar.update)
    build_scoring_profile()
    with progress("Matching the demo campus", len(posts)) as bar:
        for pk in posts:
            match_post(pk)
            bar.update(1)


def run_cases() -> Iterator[CaseResult]:
    """Post every case in turn. There must be accounts, a building and a scoring profile."""
    labels = {"right": ("wallet_long", "notebook"), "none": ("", ""), "wrong": ("wallet_long",) * 2}
    for name, (lost_label, found_label) in labels.items():
        lost = Report("검은색 가죽 장지갑", WALLET, lost_label)
        found = Report("검은색 가죽 수첩", NOTEBOOK, found_label, 2)
        yield _pair(f"wallet, notebook; category {name}", lost, found, below=0.1)
    for name, lost_thing, found_thing in (
        ("no photograph", None, None),
        ("found side only", None, UMBRELLA),
        ("lost side only", UMBRELLA, None),
    ):
        lost = Report("파란색 우산", lost_thing)
        found = Report("파란색 우산, 자동 접이식", found_thing, view_seed=2)
        least = 0.0 if lost_thing or found_thing else 0.3
        yield _pair(f"umbrella, folding umbrella; {name}", lost, found, first_from=least)
    yield _look_alikes()
    dog = Report("갈색 강아지를 도서관에서 봤어요", DOG, view_seed=2)
    yield _pair(
        "wallet, dog", Report("검은색 지갑을 도서관에서 잃어버렸어요", WALLET), dog, below=0.01
    )


def _pair(
    name: str, lost: Report, found: Report, *, below: float | None = None, first_from: float = 0.0
) -> CaseResult:
    with _posted(lost, [found]) as (one, (other,)):
        scores = _scores(one)
    probability = scores.get(other.pk, 0.0)
    if below is not None:
        return CaseResult(name, probability, 0, f"below {below:g}", probability < below)
    rank = 1 + sum(score > probability for score in scores.values())
    goal = f"rank 1, at least {first_from:g}" if first_from else "rank 1"
    return CaseResult(name, probability, rank, goal, rank == 1 and probability > first_from)


def _look_alikes() -> CaseResult:
    found = [Report("검은색 지갑 주웠습니다", WALLET, view_seed=10 + n) for n in range(LOOK_ALIKES)]
    with _posted(Report("검은색 지갑", WALLET), found) as (lost, _):
        total = sum(_scores(lost).values())
    # Each stored score is right to a millionth, so their sum may be a little above.
    name = f"{LOOK_ALIKES} wallets that cannot all be one"
    return CaseResult(name, total, 0, "sum at most 1", total <= 1.0 + 1e-3)


def _scores(lost: Post) -> dict[int, float]:
    """By found post, the stored probabilities of what may be this one."""
    stored = Match.objects.filter(lost=lost).exclude(status=Match.Status.WITHDRAWN)
    return dict(stored.values_list("found", "score"))


@contextmanager
def _posted(lost: Report, found: Sequence[Report]) -> Iterator[tuple[Post, list[Post]]]:
    """The posts, matched one after the other; nothing of them stays."""
    authors = User.objects.order_by("pk")
    posts: list[Post] = []
    try:
        posts.append(_post("lost", lost, authors[0]))
        posts += [_post("found", one, authors[1]) for one in found]
        yield posts[0], posts[1:]
    finally:
        for post in posts:
            delete_post(post, actor=None)


def _post(kind: str, report: Report, author: User) -> Post:
    days_ago = LOST_DAYS_AGO if kind == "lost" else FOUND_DAYS_AGO
    post = submit_post(
        author=author,
        kind=kind,
        fields={
            "title": report.title,
            "category": Category.objects.filter(code=report.category).first(),
            "building": Building.objects.filter(is_active=True).earliest("pk"),
            "happened_on": timezone.localdate() - timedelta(days=days_ago),
            "kept_note": "desk" if kind == "found" else "",
        },
        photos=[]
        if report.thing is None
        else [drawn(report.thing, report.view_seed, "mild", PHOTOGRAPH_PX)],
    )
    tick_drawings(post, User.objects.get(username="staff"))
    if (state := match_post(post.pk)) != "matched":
        raise RuntimeError(f"{report.title} was not matched: {state}")
    return post
