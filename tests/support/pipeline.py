"""Posts saved through the services, with their tasks run synchronously."""

from typing import Any, Final

from lostfound.models import Post
from lostfound.services import submit_post
from matching.models import Match, MatchingJob
from matching.services import match_post
from tests.support.builders import upload
from tests.support.factories import UserFactory

WORDS: Final = "blue umbrella yellow ribbon"
OTHER_ENCODER: Final = "tests.support.fake_encoder.OtherFakeEncoder"


def make(kind: str = "lost", title: str = WORDS, photos: int = 0, **fields: Any) -> Post:
    """A post that waits for its task, by a new person unless `author` is passed."""
    return submit_post(
        author=fields.pop("author", None) or UserFactory.create(),
        kind=kind,
        fields={"title": title, **fields},
        photos=[upload(shade) for shade in range(photos)],
    )


def matched(**values: Any) -> Post:
    """A post whose task has run."""
    post = make(**values)
    assert match_post(post.pk) == "matched"
    return post


def found(**values: Any) -> Post:
    """A found post whose task has run."""
    return matched(kind="found", **{"kept_note": "desk", **values})


def row_of(post: Post) -> MatchingJob:
    """The outbox row as it is stored now."""
    return MatchingJob.objects.get(post=post)


def state(post: Post) -> str:
    """The status of a post's matching job."""
    return row_of(post).status


def pair_of(lost: Post, found: Post) -> Match:
    """The pair of these two as it is stored now."""
    return Match.objects.get(lost=lost, found=found)
