"""Hidden facts: those of a thing are rows, those of a post without a thing are lines of the post.

A fact is written as a line or with its question, weight and kind. Lines never take these away:
a line that says what a fact says already keeps it as it is.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.hooks import report_post_change
from lostfound.models import (
    CategoryPrompt,
    ControlFact,
    Item,
    OwnershipClaim,
    Post,
    PostEvent,
    User,
)
from lostfound.models.fact import MAX_WEIGHT, MIN_WEIGHT
from lostfound.models.hidden_words import lines_of
from lostfound.models.post import MAX_HIDDEN_CHARS
from lostfound.services.items.custody import lock_item
from lostfound.services.items.transitions import Changed
from lostfound.services.locking import refuse_another_office
from lostfound.services.post_fields import clean_text
from lostfound.services.post_history import described, steps

Kind = ControlFact.Kind


@dataclass(frozen=True)
class Fact:
    """A hidden fact as somebody writes it; see `ControlFact` for its fields."""

    answer: str
    prompt: CategoryPrompt | None = None
    weight: int = MIN_WEIGHT
    kind: str = Kind.WORDS


def clean_hidden(fields: Mapping[str, Any]) -> str:
    """The hidden facts among these fields, one per line, as they are saved.

    Raises:
        ValidationError: keyed "hidden_facts".
    """
    try:
        text = clean_text(str(fields.get("hidden_facts") or ""), is_one_line=False)
        if len(text) > MAX_HIDDEN_CHARS:
            message = _("Use at most %(limit)d characters.") % {"limit": MAX_HIDDEN_CHARS}
            raise ValidationError(message, code="max_length")
    except ValidationError as error:
        raise ValidationError({"hidden_facts": error}) from error
    return text


def write_lines(post: Post, text: str, more: Iterable[Fact] = ()) -> None:
    """Set the hidden facts of a saved post or of its thing from lines.

    Args:
        text: from `clean_hidden`.
        more: facts with their question, weight and kind, beside the lines.

    Raises:
        ValidationError: keyed "hidden_facts".
    """
    item = Item.objects.filter(post=post).first()
    lines = [Fact(line) for line in lines_of(text)]
    facts = _cleaned([*(lines if item is None else _with_known(item, lines)), *more])
    if item is None:
        post.hidden_facts = "\n".join(fact.answer for fact in facts)
        Post.objects.filter(pk=post.pk).update(facts_without_item=post.facts_without_item)
        return
    _replace(item, facts)
    forget_loaded_facts(post)


@transaction.atomic
def set_facts(item: Item, *, actor: User, facts: Sequence[Fact], seen: str | None = None) -> None:
    """Replace the hidden facts of a thing.

    Args:
        seen: the `digest_of` the facts that the editor saw; None skips the check.

    Raises:
        Changed: somebody else has changed them since.
        PermissionDenied: another office keeps the thing.
        ValidationError: keyed "facts".
    """
    item = lock_item(item)
    refuse_another_office(item, actor)
    if seen is not None and seen != digest_of(item.facts.all()):
        raise Changed
    try:
        cleaned = _cleaned(facts)
    except ValidationError as error:
        raise ValidationError({"facts": error.error_dict["hidden_facts"]}) from error
    post = Post.objects.filter(item=item).first()
    before = described(post) if post is not None else {}
    if not _replace(item, cleaned) or post is None:
        return
    forget_loaded_facts(post)
    Post.objects.filter(pk=post.pk).update(updated_at=timezone.now())
    after, changed = described(post), ["hidden_facts"]
    detail = {"fields": changed, **steps(before, after, changed)}
    PostEvent.objects.create(post=post, actor=actor, action="edited", detail=detail)
    report_post_change(post)


def digest_of(facts: Iterable[ControlFact]) -> str:
    """Identifies facts as a page showed them."""
    seen = [(fact.pk, fact.prompt_id, fact.answer, fact.weight, fact.kind) for fact in facts]
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


def adopt_facts(item: Item, post: Post) -> None:
    """Turn the lines of a post that had no thing so far into facts of its new thing."""
    lines = lines_of(post.facts_without_item)
    if not lines:
        return
    ControlFact.objects.bulk_create([ControlFact(item=item, answer=line) for line in lines])
    Post.objects.filter(pk=post.pk).update(facts_without_item="")
    post.facts_without_item = ""
    forget_loaded_facts(post)


def return_facts(item: Item, post: Post) -> None:
    """Keep the facts of an announced thing, which is about to be deleted, as lines of its post."""
    lines = "\n".join(item.facts.values_list("answer", flat=True))
    Post.objects.filter(pk=post.pk).update(facts_without_item=lines)
    post.facts_without_item = lines
    forget_loaded_facts(post)


def forget_loaded_facts(post: Post) -> None:
    """Let a loaded post read its thing and the facts again."""
    post._state.fields_cache.pop("item", None)


def _with_known(item: Item, facts: Iterable[Fact]) -> list[Fact]:
    """The facts, each with the question, weight and kind that the thing has for these words."""
    known: dict[str, list[ControlFact]] = {}
    for fact in item.facts.select_related("prompt"):
        known.setdefault(fact.answer, []).append(fact)
    return [
        Fact(old.answer, old.prompt, old.weight, old.kind)
        if (same := known.get(fact.answer)) and (old := same.pop(0))
        else fact
        for fact in facts
    ]


def _replace(item: Item, facts: Sequence[Fact]) -> bool:
    """Save these facts in this order; returns whether anything changed."""
    stored = list(item.facts.all())
    if [_values(fact) for fact in stored] == [_values(fact) for fact in facts]:
        return False
    item.facts.all().delete()
    ControlFact.objects.bulk_create(
        [
            ControlFact(
                item=item,
                prompt=fact.prompt,
                answer=fact.answer,
                weight=fact.weight,
                kind=fact.kind,
            )
            for fact in facts
        ]
    )
    # A verdict on the old facts would count for the new ones.
    waiting = OwnershipClaim.objects.filter(item=item, state=OwnershipClaim.State.SUBMITTED)
    waiting.update(version=F("version") + 1)
    return True


def _values(fact: Fact | ControlFact) -> tuple[Any, ...]:
    return (fact.prompt and fact.prompt.pk, fact.answer, fact.weight, fact.kind)


def _cleaned(facts: Iterable[Fact]) -> list[Fact]:
    """The facts as they are saved; empty ones are left out.

    Raises:
        ValidationError: keyed "hidden_facts".
    """
    kept: list[Fact] = []
    for fact in facts:
        answer = clean_hidden({"hidden_facts": " ".join(fact.answer.split())})
        if not answer:
            continue
        error = _error_of(fact, answer)
        if error is not None:
            raise ValidationError({"hidden_facts": error})
        kept.append(Fact(answer, fact.prompt, fact.weight, fact.kind))
    clean_hidden({"hidden_facts": "\n".join(fact.answer for fact in kept)})  # their length
    return kept


def _error_of(fact: Fact, answer: str) -> ValidationError | None:
    if fact.kind not in Kind.values:
        return ValidationError(_("Please choose a kind."), code="invalid_choice")
    if not MIN_WEIGHT <= fact.weight <= MAX_WEIGHT:
        return ValidationError(_("A weight is 1, 2 or 3."), code="invalid")
    if fact.kind == Kind.NUMBER and not any(char.isdigit() for char in answer):
        return ValidationError(
            _("“%(fact)s” has no digits, so it is not a number.") % {"fact": answer}, "no_number"
        )
    return None
