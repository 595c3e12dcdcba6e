"""A claim of ownership as evidence: the owner says that the found thing is the one they lost."""

from functools import partial

from django.db import transaction

from lostfound.infra.queue import enqueue
from lostfound.models import OwnershipClaim, Post, User
from lostfound.services.claims.states import ENDED
from matching.models import Match, SuggestionAnswer
from matching.services.decision_checks import DecisionRefused
from matching.services.manual_pairs import NOT_SHOWN, suggest_pair
from matching.services.owner_answers import weigh_answer

TASK = "matching.tasks.weigh_claim"


def request_weighing(claim: OwnershipClaim) -> None:
    """Enqueue the task for a claim with a report of the loss that was sent or has ended.

    A hook of lostfound; called in the transaction that saves the claim.
    """
    if claim.lost_post_id is not None:
        transaction.on_commit(partial(enqueue, TASK, claim.pk), robust=True)


def weigh_claim(claim_id: int) -> str:
    """Let a claim count as its owner's answer to the pair; it then stands first at the desk.

    A pair that was not suggested becomes one, unless an exclusion rule applies. A claim that was
    withdrawn or not confirmed no longer counts.

    Returns: what was done, for the queue's log.
    """
    claim = OwnershipClaim.objects.select_related("item__post", "lost_post", "claimant").filter(
        pk=claim_id
    )
    sent = claim.first()
    if sent is None:
        return "gone"
    lost, found, person = sent.lost_post, sent.item.post, sent.claimant
    if lost is None or found is None or person is None:
        return "no pair"
    if sent.state in ENDED:
        return _forget(lost, found, person)
    if not sent.is_live:
        return "gone"
    match = Match.objects.filter(lost=lost, found=found).first()
    if match is None or match.status in NOT_SHOWN:
        try:
            match = suggest_pair(lost, found, actor=person)
        except DecisionRefused as refused:
            return refused.code
    with transaction.atomic():
        locked = Match.objects.select_for_update().filter(pk=match.pk).first()
        if locked is None or locked.status != Match.Status.SUGGESTED:
            return "decided"
        if not claim.live().exists():  # it ended meanwhile, and its own task may be over
            return "gone"
        SuggestionAnswer.objects.update_or_create(
            match=locked,
            defaults={"user": person, "answer": SuggestionAnswer.Answer.MINE},
        )
        weigh_answer(locked, SuggestionAnswer.Answer.MINE)
    return "weighed"


def _forget(lost: Post, found: Post, person: User) -> str:
    """Let an ended claim no longer count, unless the person has claimed the thing anew."""
    with transaction.atomic():
        match = Match.objects.select_for_update().filter(lost=lost, found=found).first()
        if match is None or match.status != Match.Status.SUGGESTED:
            return "decided"
        again = OwnershipClaim.objects.live().filter(
            item__post=found, claimant=person, lost_post=lost
        )
        if again.exists():
            return "claimed again"
        own = SuggestionAnswer.objects.filter(
            match=match, user=person, answer=SuggestionAnswer.Answer.MINE
        )
        if not own.delete()[0]:
            return "not counted"
        weigh_answer(match, None)
    return "forgotten"
