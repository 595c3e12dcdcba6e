"""Queries that several pages, views or commands need; must not write."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.models import Notification, Photo, Post
from matching.conf import matching_settings
from matching.models import Heartbeat, Match, MatchingJob, PoliceMatch, PossibleDuplicate

WAITING: Final = frozenset({MatchingJob.Status.PENDING, MatchingJob.Status.RUNNING})
WORKER_PREFIX: Final = "worker:"
ENCODER: Final = "encoder"  # heartbeat with the state of the encoder
SILENT_AFTER_BEATS: Final = 6


@dataclass(frozen=True)
class MatchingState:
    """The state of a post's matching, for its author.

    Attributes:
        status: one of `MatchingJob.Status`: pending, running, done, failed, or idle for a post
            that is not open.
        suggestion_count: number of suggested and confirmed pairs.
        waiting_reason: why it takes long, in the reader's language; empty if it does not.
    """

    status: str
    suggestion_count: int
    waiting_reason: str

    @property
    def is_waiting(self) -> bool:
        """Whether to poll again soon."""
        return self.status in WAITING


def matching_state(post: Post) -> MatchingState:
    """The state of a post's matching; a post without an outbox row is waiting."""
    row = MatchingJob.objects.filter(post=post).first()
    if row is None:
        row = MatchingJob(
            post=post,
            status=MatchingJob.Status.PENDING if post.is_open else MatchingJob.Status.IDLE,
        )
    return MatchingState(
        status=row.status,
        suggestion_count=_shown_of(post).count(),
        waiting_reason=_waiting_reason(row),
    )


def suggestions_for(post: Post) -> QuerySet[Match]:
    """Suggestions for a post's author, strongest first, with both posts loaded."""
    shown = _shown_of(post).select_related("answer")
    return with_both_posts(shown).order_by("-score", "-created_at", "-pk")


def confirmed_partner_of(post: Post) -> Post | None:
    """The other post of the pair that staff have confirmed, if there is one."""
    match = Match.objects.of_post(post).filter(status=Match.Status.CONFIRMED).first()
    if match is None:
        return None
    return match.found if match.lost_id == post.pk else match.lost


def was_alerted(post: Post) -> bool:
    """Whether its author was ever notified of a suggestion."""
    return Notification.objects.filter(post=post, kind=Notification.Kind.SUGGESTED).exists()


def answer_of(match: Match) -> str:
    """The owner's answer to a suggestion; empty if there is none."""
    return match.answer.answer if hasattr(match, "answer") else ""


def open_suggestions() -> QuerySet[Match]:
    """Pairs that are waiting for staff, newest and strongest first."""
    waiting = Match.objects.filter(
        status=Match.Status.SUGGESTED,
        lost__status=Post.Status.OPEN,
        found__status=Post.Status.OPEN,
    )
    return with_both_posts(waiting).order_by("-created_at", "-score", "-pk")


def with_both_posts(matches: QuerySet[Match]) -> QuerySet[Match]:
    """Load everything that a page shows of the posts, in a constant number of queries."""
    return with_posts(matches).prefetch_related(*_photos("lost", "found"))


def with_posts(matches: QuerySet[Match]) -> QuerySet[Match]:
    """Load both posts without photographs, which `load_photos` loads for a whole page at once."""
    return matches.select_related(*_related("lost", "found")).prefetch_related("found__item__facts")


def load_photos(posts: Iterable[Post]) -> None:
    """Load the photographs of these posts in one query, unless they are loaded already."""
    photos = Photo.objects.order_by("position", "pk")
    prefetch_related_objects(list(posts), Prefetch("photos", photos))


def with_duplicates(duplicates: QuerySet[PossibleDuplicate]) -> QuerySet[PossibleDuplicate]:
    """Load everything that a page shows of both posts, in a constant number of queries."""
    return duplicates.select_related(*_related("first", "second")).prefetch_related(
        *_photos("first", "second"), "first__item__facts", "second__item__facts"
    )


def open_duplicates(*posts: Post) -> QuerySet[PossibleDuplicate]:
    """Open possible duplicates of all posts or of these, likeliest first."""
    rows = PossibleDuplicate.objects.filter(status=PossibleDuplicate.Status.OPEN)
    if posts:
        keys = [post.pk for post in posts]
        rows = rows.filter(Q(first__in=keys) | Q(second__in=keys))
    return rows.select_related("first", "second").order_by("-score", "-pk")


def police_matches_of(post: Post) -> QuerySet[PoliceMatch]:
    """Things at the police that may be what an open post has lost, likeliest first."""
    rows = PoliceMatch.objects.filter(lost=post, found__gone_at=None)
    return rows.select_related("found__photo").order_by("-score", "pk")


def worker_seen_ago() -> timedelta | None:
    """Time since any worker began or ended a task; None if none ever did, or all have stopped."""
    beats = Heartbeat.objects.filter(name__startswith=WORKER_PREFIX)
    last = beats.order_by("-beat_at").values_list("beat_at", flat=True).first()
    return None if last is None else timezone.now() - last


def is_worker_away() -> bool:
    """Whether no worker has been active for as long as a task may take."""
    return is_too_long_ago(worker_seen_ago())


def is_too_long_ago(ago: timedelta | None) -> bool:
    """Whether a worker that was last seen this long ago counts as away."""
    current = matching_settings()
    limit_s = max(current.stale_s, SILENT_AFTER_BEATS * current.beat_s)
    return ago is None or ago > timedelta(seconds=limit_s)


def shown_to_authors() -> Q:
    """Condition for pairs that the authors of their posts may see."""
    likely = Q(score__gte=matching_settings().shown_from) | Q(answer__isnull=False)
    return Q(status=Match.Status.SUGGESTED) & likely | Q(status=Match.Status.CONFIRMED)


def _shown_of(post: Post) -> QuerySet[Match]:
    return Match.objects.of_post(post).filter(shown_to_authors())


def _related(*sides: str) -> list[str]:
    names = ("author", "category__family", "building__zone", "office__building")
    shelves = [f"{side}__item__place" for side in sides if side != Post.Kind.LOST]
    return [*(f"{side}__{name}" for side in sides for name in names), *shelves]


def _photos(*sides: str) -> list[Any]:
    photos = Photo.objects.order_by("position", "pk")
    return [Prefetch(f"{side}__photos", photos) for side in sides]


def encoder_problem() -> str:
    """Why the encoder was last unavailable; empty if it is available."""
    known = Heartbeat.objects.filter(name=ENCODER).values_list("detail", flat=True).first()
    return known or ""


def _waiting_reason(row: MatchingJob) -> str:
    if row.status != MatchingJob.Status.PENDING:
        return ""
    if encoder_problem():
        return _("The comparison is being set up. Your post will wait until it is ready.")
    if is_worker_away():
        return _("The comparison is not running right now. Your post will wait until it is.")
    if row.attempts:
        return _("Something went wrong. We will try again automatically.")
    return ""
