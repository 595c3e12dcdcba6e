"""Logs what staff are shown, so that learning knows which pairs they chose from."""

import logging
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from matching.models import Impression, Match

logger = logging.getLogger(__name__)


def with_noted(matches: QuerySet[Match]) -> QuerySet[Match]:
    """Annotate pairs with whether an impression of their current score exists."""
    noted = Impression.objects.filter(
        match=OuterRef("pk"),
        evidence_hash=OuterRef("evidence_hash"),
        profile_version=Coalesce(OuterRef("profile"), 0),
        strategy=OuterRef("strategy"),
    )
    return matches.annotate(is_noted=Exists(noted))


def record_impressions(matches: Iterable[Match]) -> None:
    """Record each pair with its current score, once, in at most two queries.

    Needs no query if all pairs come from `with_noted` and have been recorded.
    """
    rows = [
        Impression(
            match=match,
            rank=match.rank,
            score=match.score,
            terms=match.terms_seen,
            strategy=match.strategy,
            fingerprint=match.fingerprint,
            profile_version=match.profile_id or 0,
            evidence_hash=match.evidence_hash,
            sampling_probability=1.0
            if match.sampling_probability is None
            else match.sampling_probability,
        )
        for match in matches
        if not getattr(match, "is_noted", False)
    ]
    if not rows:
        return
    known = set(
        Impression.objects.filter(match__in=[row.match_id for row in rows]).values_list(
            "match_id", "evidence_hash", "profile_version", "strategy"
        )
    )
    new = [
        row
        for row in rows
        if (row.match_id, row.evidence_hash, row.profile_version, row.strategy) not in known
    ]
    if not new:
        return
    try:
        with transaction.atomic():  # another request may have recorded one in the meantime
            Impression.objects.bulk_create(new, ignore_conflicts=True)
    except IntegrityError:  # a post was deleted in the meantime, and its pairs with it
        logger.info(
            "Impressions of %s pairs were not recorded: one pair no longer exists", len(new)
        )
