"""Requests a post's matching whenever it changes, and settles its rivals when it is deleted."""

from lostfound.hooks import (
    claim_changed,
    confirmed_partner,
    likely_at_police,
    pair_undone,
    police_fetched,
    post_changed,
    post_leaving,
)
from matching.selectors import confirmed_partner_of
from matching.services.claim_evidence import request_weighing
from matching.services.competition import settle_rivals
from matching.services.decisions import undo_pair_of_leaving
from matching.services.outbox import request_matching
from matching.services.police import likeliest_at_police, request_police_matching


def register() -> None:
    """Register for changes of posts when the apps are loaded; calling it twice is harmless."""
    if request_matching not in post_changed:
        post_changed.append(request_matching)
        post_leaving.append(settle_rivals)
        confirmed_partner.append(confirmed_partner_of)
        pair_undone.append(undo_pair_of_leaving)
        claim_changed.append(request_weighing)
        police_fetched.append(request_police_matching)
        likely_at_police.append(likeliest_at_police)
