"""The timeline of a post in a few steps: saved, compared, similar things, confirmed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lostfound.models import Post
from matching.models import Match, MatchingJob, SuggestionAnswer
from matching.selectors import WAITING, shown_to_authors

DONE: Final = "done"
NOW: Final = "now"
LATER: Final = "later"
BAD: Final = "bad"
STATES: Final = (DONE, NOW, LATER, BAD)
NAMES: Final = ("saved", "closed", "compared", "similar", "confirmed", "returned")


@dataclass(frozen=True)
class Step:
    """One step of a timeline.

    Attributes:
        name: one of saved, closed, compared, similar, confirmed, returned.
        label: the step in words, depending on its state.
        state: one of done, now, later, bad.
    """

    name: str
    label: str
    state: str
    at: datetime | None = None


def timelines(posts: Iterable[Post]) -> dict[int, list[Step]]:
    """The steps of each post by primary key, in three queries for any number of posts."""
    listed = list(posts)
    ids = [post.pk for post in listed]
    rows = {row.post_id: row for row in MatchingJob.objects.filter(post__in=ids)}
    counts = dict.fromkeys(ids, 0)
    confirmed: dict[int, datetime | None] = {}
    for side in ("lost", "found"):
        pairs = Match.objects.filter(**{f"{side}__in": ids}).filter(shown_to_authors())
        open_pairs = pairs.filter(status=Match.Status.SUGGESTED).exclude(
            answer__answer=SuggestionAnswer.Answer.NOT_MINE
        )
        for key, number in open_pairs.values_list(side).annotate(Count("pk")).order_by():
            counts[key] += number
        decided = pairs.filter(status=Match.Status.CONFIRMED)
        confirmed.update(decided.values_list(side, "decided_at"))
    return {post.pk: _steps(post, rows.get(post.pk), counts[post.pk], confirmed) for post in listed}


def timeline(post: Post) -> list[Step]:
    """The steps of a single post; for many posts use `timelines`."""
    return timelines([post])[post.pk]


def _steps(
    post: Post, row: MatchingJob | None, count: int, confirmed: dict[int, datetime | None]
) -> list[Step]:
    steps = [Step("saved", _("Saved"), DONE, post.created_at)]
    if post.status == Post.Status.CLOSED:
        return [*steps, Step("closed", _("Closed"), DONE, post.updated_at)]
    is_matched = post.pk in confirmed or not post.is_open
    steps.append(_compared(row, is_matched=is_matched))
    if is_matched:
        steps.append(Step("confirmed", _("Confirmed by the office"), DONE, confirmed.get(post.pk)))
        is_back = post.status == Post.Status.RETURNED
        steps.append(Step("returned", _("Back with its owner"), DONE if is_back else NOW))
        return steps
    is_compared = steps[-1].state == DONE
    if count:
        text = ngettext("%(n)d similar thing", "%(n)d similar things", count) % {"n": count}
        steps.append(Step("similar", text, NOW))
    else:
        text = _("Nothing similar yet") if is_compared else _("Similar things")
        steps.append(Step("similar", text, NOW if is_compared else LATER))
    return [*steps, Step("confirmed", _("Confirmed by the office"), LATER)]


def _compared(row: MatchingJob | None, *, is_matched: bool) -> Step:
    if is_matched or (row is not None and row.status == MatchingJob.Status.DONE):
        return Step("compared", _("Compared"), DONE, row.finished_at if row else None)
    if row is not None and row.status == MatchingJob.Status.FAILED:
        return Step("compared", _("Could not be compared"), BAD)
    is_waiting = row is None or row.status in WAITING
    return Step("compared", _("Being compared") if is_waiting else _("Compared"), NOW)
