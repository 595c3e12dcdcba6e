"""Notifies authors of lost posts about strong new suggestions, at most once a day per post."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.db.models import Exists, OuterRef
from django.utils import timezone

from lostfound.models import Notification
from lostfound.services import notify
from matching.conf import matching_settings
from matching.core.registry import get_strategy
from matching.models import Match

ONCE_IN: Final = timedelta(days=1)


def alert_losers(new: Iterable[Match]) -> int:
    """Notify the authors of lost posts of strong new suggestions; returns the number notified.

    Weaker suggestions only appear on the post's page: people would soon ignore a message for each.

    Args:
        new: pairs that have just become suggestions, with their scores.
    """
    shown_from = matching_settings().shown_from
    strongest: dict[int, Match] = {}
    for match in new:
        if match.status != Match.Status.SUGGESTED or match.score < shown_from:
            continue
        known = strongest.get(match.lost_id)
        if known is None or match.score > known.score:
            strongest[match.lost_id] = match
    alerting = {
        match.lost_id: match.found_id
        for match in strongest.values()
        if match.score >= get_strategy(match.strategy).alert_from
    }
    if not alerting:
        return 0
    lately = Notification.objects.filter(
        post=OuterRef("lost"),
        kind=Notification.Kind.SUGGESTED,
        created_at__gt=timezone.now() - ONCE_IN,
    )
    pairs = Match.objects.filter(~Exists(lately), lost__in=alerting, found__in=alerting.values())
    notified = 0
    for pair in pairs.select_related("lost__author", "lost__contact", "found"):
        if alerting[pair.lost_id] == pair.found_id:
            kind = Notification.Kind.SUGGESTED
            notified += notify(pair.lost.author, pair.lost, kind, other_post=pair.found) is not None
    return notified
