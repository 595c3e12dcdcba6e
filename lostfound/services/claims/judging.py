"""How the office judges claims: fact by fact, all rivals together, valuables by two people."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.hooks import partner_of
from lostfound.models import (
    ClaimVerdict,
    ControlFact,
    CustodyEvent,
    Item,
    Notification,
    OwnershipClaim,
    User,
)
from lostfound.services.claims.errors import ClaimRefused, ConflictOfInterest, changed_meanwhile
from lostfound.services.claims.facts import facts_of, gives_away
from lostfound.services.claims.states import advance, lock_claim, release, tell
from lostfound.services.items.custody import append
from lostfound.services.locking import refuse_another_office
from lostfound.services.post_fields import clean_text

State = OwnershipClaim.State
Decision = ClaimVerdict.Decision
Mark = ClaimVerdict.Mark

MIN_AGREED: Final = 2  # facts; fewer take a note that says what convinced
MAX_ROUNDS: Final = 1
MAX_NOTE_CHARS: Final = 300
MAX_QUESTION_CHARS: Final = 200


@transaction.atomic
def give_verdict(
    claim: OwnershipClaim,
    *,
    by: User,
    decision: str,
    marks: Sequence[str] = (),
    note: str = "",
    question: str = "",
    version: int | None = None,
) -> ClaimVerdict:
    """Judge a claim; it is approved once as many people as needed have approved it.

    Args:
        marks: one of `ClaimVerdict.Mark` for each hidden fact, in their order.
        question: of a verdict that asks once more; checked against the facts.
        version: of the claim as it was read; None skips the check.

    Raises:
        ConflictOfInterest: the judge is the claimant, or found the thing.
        PermissionDenied: another office keeps it.
        ClaimRefused: `changed`, `second_person`, `unread_rivals`, `no_facts`, `on_hold`,
            `matched_to_other`.
        ValidationError: keyed by field.
    """
    claim = lock_claim(claim)
    item = claim.item
    _refuse_judge(claim, by)
    if claim.state != State.SUBMITTED or version not in (None, claim.version):
        raise changed_meanwhile()
    if claim.verdicts.filter(by=by, round=claim.rounds).exists():
        raise ClaimRefused(
            "second_person", _("You have judged this claim already. Somebody else has to confirm.")
        )
    facts = facts_of(item)
    note = clean_text(note, is_one_line=True)[:MAX_NOTE_CHARS]
    _check_marks(decision, marks, facts, note)
    if decision == Decision.ASK:
        question = _checked_question(claim, question, facts)
    elif decision == Decision.APPROVE:
        _refuse_approval(claim, facts)
    verdict = ClaimVerdict.objects.create(
        claim=claim,
        by=by,
        round=claim.rounds,
        marks=list(marks),
        score=score_of(marks, facts),
        decision=decision,
        note=note,
    )
    if decision == Decision.ASK:
        advance(claim, State.ASKED, question=question, rounds=claim.rounds + 1)
        tell(claim, Notification.Kind.CLAIM_ASKED)
    elif decision == Decision.REJECT:
        advance(claim, State.REJECTED, decided_at=timezone.now())
        tell(claim, Notification.Kind.CLAIM_CLOSED)
    elif _approvals(claim) >= needed(item):
        _approve(claim, by)
    else:
        advance(claim, State.SUBMITTED)
    return verdict


def mark_read(claims: Iterable[OwnershipClaim]) -> None:
    """Note that the office has read these claims, as they were when they were fetched.

    One that arrives or is answered meanwhile stays unread.
    """
    as_shown = Q()
    for claim in claims:
        if claim.is_live:
            as_shown |= Q(pk=claim.pk, version=claim.version)
    if as_shown:
        OwnershipClaim.objects.filter(as_shown, read_at=None).update(read_at=timezone.now())


@transaction.atomic
def revoke_approval(claim: OwnershipClaim, *, by: User) -> OwnershipClaim:
    """Take an approval back, because it was a mistake or somebody else turned up.

    Raises: ClaimRefused, ConflictOfInterest, PermissionDenied
    """
    claim = lock_claim(claim)
    _refuse_judge(claim, by)
    if claim.state != State.APPROVED:
        raise changed_meanwhile()
    release(claim, actor=by)
    advance(claim, State.REVOKED, decided_at=timezone.now())
    tell(claim, Notification.Kind.CLAIM_CLOSED)
    return claim


def needed(item: Item) -> int:
    """How many people have to approve a claim to a thing."""
    return 2 if item.needs_two_people else 1


def _approvals(claim: OwnershipClaim) -> int:
    people = claim.verdicts.filter(decision=Decision.APPROVE, round=claim.rounds)
    return people.values("by").distinct().count()


def _approve(claim: OwnershipClaim, by: User) -> None:
    item = claim.item
    append(
        item,
        actor=by,
        kind=CustodyEvent.Kind.RESERVED,
        to_state=Item.State.RESERVED,
        office=item.office,
        place=item.place,
        ref=claim.number,
    )
    until = timezone.localdate() + timedelta(days=settings.PICKUP_DAYS)
    advance(claim, State.APPROVED, decided_at=timezone.now(), pickup_by=until)
    tell(claim, Notification.Kind.CLAIM_APPROVED)
    supersede_rivals(claim)


def supersede_rivals(claim: OwnershipClaim) -> None:
    """Close all other live claims to the thing, with the words of every other refusal."""
    rivals = OwnershipClaim.objects.filter(item=claim.item_id).exclude(pk=claim.pk).live()
    for rival in rivals.select_for_update(of=("self",)).order_by("pk"):
        rival.item = claim.item
        advance(rival, State.SUPERSEDED, decided_at=timezone.now())
        tell(rival, Notification.Kind.CLAIM_CLOSED)


def refuse_interested(item: Item, by: User) -> None:
    """Who found a thing or claims it neither reads nor judges the claims to it.

    Raises: ConflictOfInterest
    """
    has_claimed = OwnershipClaim.objects.filter(item=item.pk, claimant=by).exists()
    if has_claimed or item.brought_by_id == by.pk:
        raise ConflictOfInterest


def _refuse_judge(claim: OwnershipClaim, by: User) -> None:
    refuse_another_office(claim.item, by)
    refuse_interested(claim.item, by)


def score_of(marks: Sequence[str], facts: Sequence[ControlFact]) -> float | None:
    """The weight of the facts that agree, as a share of all of it; None without facts.

    Facts that agree partly do not count: whoever guesses is often partly right.
    """
    total = sum(fact.weight for fact in facts)
    return _weight(Mark.AGREES, marks, facts) / total if total else None


def _weight(mark: str, marks: Sequence[str], facts: Sequence[ControlFact]) -> int:
    return sum(fact.weight for given, fact in zip(marks, facts, strict=True) if given == mark)


def _check_marks(
    decision: str, marks: Sequence[str], facts: Sequence[ControlFact], note: str
) -> None:
    if decision not in Decision.values:
        raise ValidationError({"decision": _("Please choose a decision.")})
    if len(marks) != len(facts) or not set(marks) <= set(Mark.values):
        message = _("Please say of every fact whether the answers agree with it.")
        raise ValidationError({"marks": ValidationError(message, code="required")})
    if decision != Decision.APPROVE or not facts or note:
        return
    agreed = _weight(Mark.AGREES, marks, facts)
    message = ""
    if list(marks).count(Mark.AGREES) < MIN_AGREED:
        message = _("Fewer than two facts agree. Please note what convinced you.")
    elif agreed <= _weight(Mark.NO, marks, facts):
        message = _("What disagrees weighs as much. Please note what convinced you.")
    if message:
        raise ValidationError({"note": ValidationError(message, code="say_why")})


def _checked_question(claim: OwnershipClaim, question: str, facts: Sequence[ControlFact]) -> str:
    if claim.rounds >= MAX_ROUNDS:
        raise ClaimRefused("asked_already", _("This person has been asked once already."))
    question = clean_text(question, is_one_line=True)[:MAX_QUESTION_CHARS]
    if not question:
        raise ValidationError({"question": ValidationError(_("What should we ask?"), "required")})
    if gives_away(question, facts):
        message = _("This question contains a word of a hidden fact. Please ask openly.")
        raise ValidationError({"question": ValidationError(message, code="gives_away")})
    return question


def _refuse_approval(claim: OwnershipClaim, facts: Sequence[ControlFact]) -> None:
    item = claim.item
    if item.is_on_hold:
        raise ClaimRefused("on_hold", _("This thing must not leave at the moment."))
    if item.state != Item.State.HELD:
        raise ClaimRefused("changed", _("This thing is reserved for somebody, or not here."))
    if not facts:
        raise ClaimRefused(
            "no_facts",
            _("No hidden facts are known, so this can only be settled at the counter."),
        )
    unread = OwnershipClaim.objects.filter(item=item, read_at=None).exclude(pk=claim.pk)
    if unread.live().exists():
        raise ClaimRefused("unread_rivals", _("Please read the other claims to this thing first."))
    refuse_matched_to_other(claim)


def refuse_matched_to_other(claim: OwnershipClaim) -> None:
    """A confirmed pair that says something else than the claim has to be undone first.

    Raises: ClaimRefused
    """
    found, lost = claim.item.post, claim.lost_post
    partner = partner_of(found) if found is not None else None
    if partner is not None and partner.author_id != claim.claimant_id:
        raise ClaimRefused(
            "matched_to_other",
            _("This thing is matched with somebody else's post. Undo that match first."),
        )
    other = partner_of(lost) if lost is not None else None
    if other is not None and other != found:
        raise ClaimRefused(
            "matched_to_other",
            _("The claimant's post is matched with another thing. Undo that match first."),
        )
