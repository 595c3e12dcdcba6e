"""Pairs that staff themselves ask about: ranked as it stands now, and put up for a decision."""

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


def search_now(post: Post) -> SearchResult | None:
    """How a post compares with all candidates, by stored vectors; None while it has none."""
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


def put_up_pair(post: Post, candidate: Post, *, actor: User) -> Match:
    """The pair of two posts, as one that staff may confirm or reject.

    A pair that is there already is returned as it is, unless it was withdrawn.

    Raises:
        DecisionRefused: a post is not open or not compared yet, or a gate rules the pair out.
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
            raise DecisionRefused(_("This pair is gone: one of its posts was deleted."), "gone")
        match = Match.objects.select_for_update().filter(lost=lost, found=found).first()
        if match is not None and match.status != Match.Status.WITHDRAWN:
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
            raise DecisionRefused(_("These two have not been compared yet. Try again soon."), "new")
        row = int(np.flatnonzero(result.scores.post_ids == found.pk)[0])
        score = result.scores.at(row)
        if score.is_excluded:
            raise DecisionRefused(
                _("These two cannot be one thing by what is written. Correct the post first."),
                "gated",
            )
        match = match or Match(lost=lost, found=found)
        match.status = Match.Status.SAMPLED
        match.sampling_probability = 1.0  # staff asked for it
        match.strategy = result.strategy.name
        match.fingerprint = current_fingerprint()
        match.profile_id = result.query.profile_version
        match.score, match.terms, match.exclusions = score.score, score.terms, []
        match.rank = int(result.scores.ranks[row])
        match.evidence_hash = result.pair_evidence(found.pk)
        match.created_at = match.scored_at = timezone.now()
        match.created_on = timezone.localdate()
        match.decided_at = match.decided_by = match.set_aside_by = None
        match.save()
        return match
