"""Pairs that staff look up themselves: ranks candidates and creates a pair to decide on."""

from typing import Final

import numpy as np
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.models import Post, User
from matching.conf import matching_settings
from matching.core.registry import needs_profile
from matching.encoders.base import EncoderUnavailable, current_fingerprint
from matching.index import IndexUnavailable
from matching.models import Match
from matching.scoring.score_post import SearchResult, search_as_stored
from matching.services.decision_checks import DecisionRefused
from matching.services.profiles import current_profile

NOT_SHOWN: Final = (Match.Status.WITHDRAWN, Match.Status.CANDIDATE)


def search_now(post: Post) -> SearchResult | None:
    """Score a post against all candidates by stored vectors; None if it has none yet."""
    try:
        fingerprint = current_fingerprint()
    except EncoderUnavailable:
        return None
    profile = None
    if needs_profile(matching_settings().strategy):
        profile = current_profile(fingerprint)
    try:
        return search_as_stored(post, fingerprint, profile)
    except IndexUnavailable:
        return None


def suggest_pair(post: Post, candidate: Post, *, actor: User) -> Match:
    """Create a pair of two posts that staff can confirm or reject.

    An existing pair is returned unchanged, unless it is withdrawn or below the threshold.

    Raises:
        DecisionRefused: a post is not open or not compared yet, or an exclusion rule applies.
    """
    with transaction.atomic():
        ids = sorted((post.pk, candidate.pk))
        posts = {
            one.pk: one
            for one in Post.objects.select_for_update().filter(pk__in=ids).order_by("pk")
        }
        lost = next((one for one in posts.values() if one.kind == Post.Kind.LOST), None)
        found = next((one for one in posts.values() if one.kind == Post.Kind.FOUND), None)
        if lost is None or found is None:
            raise DecisionRefused(
                _("This pair no longer exists: one of its posts was deleted."), "gone"
            )
        match = Match.objects.select_for_update().filter(lost=lost, found=found).first()
        if match is not None and match.status not in NOT_SHOWN:
            return match
        for one in (lost, found):
            if not one.is_open:
                raise DecisionRefused(
                    _("“%(post)s” is no longer open (%(status)s).")
                    % {"post": one.title, "status": one.get_status_display()},
                    "not_open",
                )
        result = search_now(lost)
        if result is None or found.pk not in result.scores.post_ids:
            raise DecisionRefused(
                _("These posts have not been compared yet. Please try again soon."), "new"
            )
        row = int(np.flatnonzero(result.scores.post_ids == found.pk)[0])
        score = result.scores.at(row)
        if score.is_excluded:
            raise DecisionRefused(
                _("By their details, these cannot be the same thing. Correct the post first."),
                "gated",
            )
        match = match or Match(lost=lost, found=found)
        match.status = Match.Status.SAMPLED
        match.sampling_probability = 1.0  # staff selected it themselves
        match.strategy = result.strategy.name
        match.fingerprint = current_fingerprint()
        match.profile_id = result.query.profile_version
        match.score, match.terms, match.exclusions = score.score, score.terms, []
        match.log_odds = score.log_odds
        match.rank = int(result.scores.ranks[row])
        match.evidence_hash = result.pair_evidence(found.pk)
        match.created_at = match.scored_at = timezone.now()
        match.created_on = timezone.localdate()
        match.decided_at = match.decided_by = match.set_aside_by = None
        match.save()
        return match
