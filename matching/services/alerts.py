"""Tells people who lost something that a likely thing was found: once a day for each post."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.utils import timezone

from lostfound.models import Notification
from lostfound.services import notify
from matching.conf import matching_settings
from matching.core.registry import get_strategy
from matching.models import Match

ONCE_IN: Final = timedelta(days=1)


def alert_losers(new: Iterable[Match]) -> int:
    """Tell the authors of lost posts of strong new suggestions; returns how many were told.

    What is only similar is on the post's page: a message for each would soon not be read.

    Args:
        new: pairs that are suggested since just now, whose scores are set.
    """
    strongest: dict[int, Match] = {}
    for match in new:
        if match.status != Match.Status.SUGGESTED or match.score < matching_settings().shown_from:
            continue
        if match.score < get_strategy(match.strategy).alert_from:
            continue
        known = strongest.get(match.lost_id)
        if known is None or match.score > known.score:
            strongest[match.lost_id] = match
    if not strongest:
        return 0
    told_lately = set(
        Notification.objects.filter(
            post__in=strongest,
            kind=Notification.Kind.SUGGESTED,
            created_at__gt=timezone.now() - ONCE_IN,
        ).values_list("post_id", flat=True)
    )
    pairs = Match.objects.filter(
        lost__in=strongest.keys() - told_lately,
        found__in=[match.found_id for match in strongest.values()],
    ).select_related("lost__author", "found")
    told = 0
    for pair in pairs:
        if strongest[pair.lost_id].found_id == pair.found_id:
            kind = Notification.Kind.SUGGESTED
            told += notify(pair.lost.author, pair.lost, kind, other_post=pair.found) is not None
    return told
