"""Posts and suggested pairs for the tests of the review desk."""

from datetime import date
from typing import Any

from lostfound.hooks import report_post_change
from lostfound.models import Post, User
from matching.models import Match

WHEN = date(2026, 3, 2)


def make_user(name: str, **fields: Any) -> User:
    """A person who gets notifications in the app only."""
    return User.objects.create(username=name, **fields)


def make_post(kind: str, title: str, author: User, **fields: Any) -> Post:
    """An open post."""
    post = Post.objects.create(
        kind=kind, title=title, author=author, happened_on=fields.pop("happened_on", WHEN), **fields
    )
    report_post_change(post)
    return post


def make_match(lost: Post, found: Post, score: float = 0.8, **fields: Any) -> Match:
    """A suggested pair, as clip_zeroshot_v2 stores it."""
    values: dict[str, Any] = {
        "strategy": "clip_zeroshot_v2",
        "fingerprint": "fake@1",
        "terms": {"text_text": score, "image_image": None, "combined": score},
        "exclusions": [],
        "evidence_hash": f"{lost.pk:032x}{found.pk:032x}",
    }
    return Match.objects.create(lost=lost, found=found, score=score, **{**values, **fields})


def make_grid(n_lost: int, n_found: int) -> list[Match]:
    """Every lost post suggested with every found post, with decreasing scores."""
    loser, finder = make_user("loser"), make_user("finder")
    lost = [make_post("lost", f"Lost {n}", loser) for n in range(n_lost)]
    found = [make_post("found", f"Found {n}", finder) for n in range(n_found)]
    pairs = [(one, other) for one in lost for other in found]
    return [make_match(*pair, score=0.95 - 0.01 * rank) for rank, pair in enumerate(pairs)]


def snapshot() -> dict[str, list[dict[str, Any]]]:
    """Every column of every post and pair, except the time of the last change."""
    posts = [
        {name: value for name, value in row.items() if name != "updated_at"}
        for row in Post.objects.order_by("pk").values()
    ]
    matches: list[Any] = list(Match.objects.order_by("pk").values())
    return {"posts": posts, "matches": matches}
