"""Logs what staff are shown, so that learning knows what their decisions chose from."""

import logging
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from matching.models import Impression, Match

logger = logging.getLogger(__name__)


def with_noted(matches: QuerySet[Match]) -> QuerySet[Match]:
    """Pairs that bring along whether they are noted already as they are scored now."""
    noted = Impression.objects.filter(
        match=OuterRef("pk"),
        evidence_hash=OuterRef("evidence_hash"),
        profile_version=Coalesce(OuterRef("profile"), 0),
        strategy=OuterRef("strategy"),
    )
    return matches.annotate(is_noted=Exists(noted))


def record_impressions(matches: Iterable[Match]) -> None:
    """Note each pair as it is scored now, once. Two queries at most, for any number of pairs.

    No query where all come from `with_noted`, and are.
    """
    rows = [
        Impression(
            match=match,
            rank=match.rank,
            score=match.score,
            terms=match.terms,
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
        with transaction.atomic():  # somebody else may have noted one in between
            Impression.objects.bulk_create(new, ignore_conflicts=True)
    except IntegrityError:  # a post was deleted in between, and its pairs with it
        logger.info("What was shown of %s pairs was not noted: one is gone", len(new))
