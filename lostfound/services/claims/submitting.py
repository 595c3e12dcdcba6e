"""Claiming a thing: what is sent is sealed, limited, and answered with the same words for all."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.hooks import report_claim
from lostfound.models import (
    AccessLog,
    CategoryPrompt,
    ClaimAnswer,
    Item,
    Notification,
    OwnershipClaim,
    Post,
    User,
)
from lostfound.models.claim import MAX_ANSWER_CHARS
from lostfound.services.claims.errors import (
    ConflictOfInterest,
    TooManyClaims,
    changed_meanwhile,
    claimed_already,
    counter_only,
)
from lostfound.services.claims.flags import flags_of
from lostfound.services.claims.photo import prepared_claim_photo, save_claim_photo
from lostfound.services.claims.states import advance, lock_claim, release
from lostfound.services.items.custody import lock_item
from lostfound.services.items.transitions import NotHere
from lostfound.services.notifications import notify
from lostfound.services.photo_files import transaction_with_files
from lostfound.services.post_fields import clean_text

State = OwnershipClaim.State

MAX_LIVE: Final = 3
MAX_IN_WINDOW: Final = 6
WINDOW: Final = timedelta(days=30)
MAX_REJECTED: Final = 2
REJECTED_WINDOW: Final = timedelta(days=90)
MIN_LETTERS: Final = 2
REPORTED: Final = (Post.Status.OPEN, Post.Status.MATCHED)  # reports that a claim may refer to
CLAIMABLE: Final = (Item.State.HELD, Item.State.RESERVED)


def prompts_for(post: Post) -> list[CategoryPrompt]:
    """The questions to everybody who claims a thing of this sort."""
    general = Q(category=None, family=None)
    category = post.category
    if category is not None:
        general |= Q(category=category) | Q(family=category.family_id)
    return list(CategoryPrompt.objects.filter(general, is_active=True))


def submit_claim(
    post: Post,
    *,
    claimant: User,
    answers: Mapping[CategoryPrompt, str],
    story: str = "",
    lost_post: Post | None = None,
    photo: Any = None,
) -> OwnershipClaim:
    """Claim a found thing, with sealed answers.

    Args:
        lost_post: the claimant's own open report of the loss, if there is one.
        photo: uploaded or prepared; of the thing in better days, or of a receipt.

    Raises:
        ConflictOfInterest: the claimant found it, or has read its hidden facts.
        NotHere: it is not with the office, or no longer.
        ClaimRefused: `claimed_already`, or `counter_only` after a claim that was not confirmed.
        TooManyClaims: over the limits per person.
        ValidationError: keyed by "answers", "story", "lost_post", "photo".
    """
    if photo is not None:
        refuse_claim(post, claimant)  # before the work of decoding a photograph
    prepared = prepared_claim_photo(photo)
    with transaction_with_files() as written:
        claim = _submit(post, claimant, answers, story, lost_post)
        if prepared is not None:
            save_claim_photo(claim, prepared, written)
    return claim


def _submit(
    post: Post,
    claimant: User,
    answers: Mapping[CategoryPrompt, str],
    story: str,
    lost_post: Post | None,
) -> OwnershipClaim:
    item = Item.objects.filter(post=post).first()
    if item is None:
        raise NotHere
    # Parallel claims of one person wait for each other here; messages to them do not.
    claimant = User.objects.select_for_update(no_key=True).get(pk=claimant.pk)
    item = lock_item(item)
    texts = _answers(answers)
    story = _text("story", story)
    _refuse_claim(item, claimant)
    if lost_post is not None:
        _refuse_report(lost_post, claimant)
    claim = OwnershipClaim.objects.create(
        item=item, claimant=claimant, lost_post=lost_post, story=story
    )
    for prompt, text in texts.items():
        ClaimAnswer.objects.create(claim=claim, prompt=prompt, question=prompt.text, text=text)
    claim.flags = flags_of(claim, [*texts.values(), story])
    claim.save(update_fields=["flags"])
    notify(claimant, post, Notification.Kind.CLAIM_RECEIVED, claim=claim)
    report_claim(claim)
    return claim


def _refuse_report(lost_post: Post, claimant: User) -> None:
    """A claim refers to an own report of a loss that is still open or matched.

    Raises: ValidationError
    """
    is_own = lost_post.author_id == claimant.pk and lost_post.kind == Post.Kind.LOST
    if not is_own or lost_post.status not in REPORTED:
        message = _("This is not one of your open reports of a loss.")
        raise ValidationError({"lost_post": ValidationError(message, code="invalid_choice")})


def refuse_claim(post: Post, claimant: User) -> None:
    """Whether `submit_claim` would refuse, before somebody writes answers that are lost then.

    Raises: ConflictOfInterest, NotHere, ClaimRefused, TooManyClaims
    """
    item = Item.objects.select_related("post").filter(post=post).first()
    if item is None:
        raise NotHere
    _refuse_claim(item, claimant)


def _refuse_claim(item: Item, claimant: User) -> None:
    refuse_insider(item, claimant)
    if item.state not in CLAIMABLE:
        raise NotHere
    own = item.claims.filter(claimant=claimant)
    if own.live().exists():
        raise claimed_already()
    if own.filter(state__in=(State.REJECTED, State.SUPERSEDED, State.REVOKED)).exists():
        raise counter_only()
    _refuse_too_many(claimant)


@transaction.atomic
def answer_question(claim: OwnershipClaim, *, claimant: User, text: str) -> OwnershipClaim:
    """Answer the office's one question; afterwards the claim waits for the office again.

    Raises:
        ConflictOfInterest: the claimant has read the hidden facts since the claim was sent.
        ClaimRefused, ValidationError
    """
    claim = lock_claim(claim)
    if claim.claimant_id != claimant.pk or claim.state != State.ASKED:
        raise changed_meanwhile()
    refuse_insider(claim.item, claimant)
    text = _text("answer", text)
    if not _says_something(text):
        raise ValidationError({"answer": _say_more()})
    ClaimAnswer.objects.create(claim=claim, question=claim.question, text=text)
    return advance(claim, State.SUBMITTED, read_at=None)


@transaction.atomic
def withdraw_claim(claim: OwnershipClaim, *, claimant: User) -> OwnershipClaim:
    """Take a claim back; a thing that was reserved for it is free again.

    Raises: ClaimRefused
    """
    claim = lock_claim(claim)
    if claim.claimant_id != claimant.pk or not claim.is_live:
        raise changed_meanwhile()
    release(claim, actor=None)
    return advance(claim, State.WITHDRAWN, decided_at=timezone.now())


def refuse_insider(item: Item, person: User) -> None:
    """Refuse who found the thing, or opened its post as staff.

    Raises: ConflictOfInterest
    """
    post = item.post
    if item.brought_by_id == person.pk or (post is not None and post.author_id == person.pk):
        raise ConflictOfInterest
    if post is None or not person.is_staff:
        return
    opened = (AccessLog.What.POST, AccessLog.What.PAIR, AccessLog.What.LIST, AccessLog.What.EXPORT)
    looks = AccessLog.objects.filter(actor=person, what__in=opened)
    if looks.filter(subjects__icontains=f'"{post.number}"').exists():
        raise ConflictOfInterest


def _refuse_too_many(claimant: User) -> None:
    now = timezone.now()
    claims = OwnershipClaim.objects.filter(claimant=claimant)
    rejected = claims.filter(state=State.REJECTED, decided_at__gt=now - REJECTED_WINDOW)
    if (
        claims.live().count() >= MAX_LIVE
        or claims.filter(created_at__gt=now - WINDOW).count() >= MAX_IN_WINDOW
        or rejected.count() >= MAX_REJECTED
    ):
        raise TooManyClaims


def _answers(answers: Mapping[CategoryPrompt, str]) -> dict[CategoryPrompt, str]:
    texts = {prompt: _text("answers", text) for prompt, text in answers.items()}
    if not any(map(_says_something, texts.values())):
        raise ValidationError({"answers": _say_more()})
    return {prompt: text for prompt, text in texts.items() if text}


def _text(name: str, text: str) -> str:
    try:
        text = clean_text(text, is_one_line=False)
    except ValidationError as error:
        raise ValidationError({name: error}) from error
    if len(text) > MAX_ANSWER_CHARS:
        message = _("Use at most %(limit)d characters.") % {"limit": MAX_ANSWER_CHARS}
        raise ValidationError({name: ValidationError(message, code="max_length")})
    return text


def _says_something(text: str) -> bool:
    return sum(char.isalnum() for char in text) >= MIN_LETTERS


def _say_more() -> ValidationError:
    message = _("Please answer at least one question in a few words of your own.")
    return ValidationError(message, code="say_more")
