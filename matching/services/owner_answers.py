"""The owner's answer to a suggestion: evidence for staff, not a decision."""

from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.models import Post, PostEvent, User
from lostfound.services.post_fields import clean_text
from matching.core.weights import ANSWER, OWNER_SAYS
from matching.models import Match, SuggestionAnswer
from matching.selectors import suggestions_for
from matching.services.competition import settle_around

MAX_NOTE_CHARS = 200


class AnswerRefused(Exception):
    """The suggestion cannot be answered (any more); the message explains why to the owner."""


@transaction.atomic
def answer_suggestion(
    post: Post,
    match_id: int,
    *,
    actor: User,
    answer: str,
    note: str = "",
) -> SuggestionAnswer:
    """Store the answer of a lost post's author to a suggestion; a later answer replaces it.

    Args:
        answer: one of `SuggestionAnswer.Answer`.
        note: why, as free text.

    Raises:
        AnswerRefused: the post is not a lost post of this person, the pair is not shown to them or
            is already decided, or the answer is unknown.
        ValidationError: with the key "note", if it contains characters that no database stores.
    """
    if answer not in SuggestionAnswer.Answer.values:
        raise AnswerRefused(_("Please choose one of the answers."))
    try:
        note = clean_text(note, is_one_line=True)[:MAX_NOTE_CHARS]
    except ValidationError as error:
        raise ValidationError({"note": error}) from error
    match = _answerable(post, match_id, actor)
    stored, _new = SuggestionAnswer.objects.update_or_create(
        match=match,
        defaults={
            "user": actor,
            "answer": answer,
            "note": note,
            "at": timezone.now(),
        },
    )
    weigh_answer(match, answer)
    PostEvent.objects.create(
        post=post, actor=actor, action="answered", detail={"match": match.pk, "answer": answer}
    )
    return stored


@transaction.atomic
def withdraw_answer(post: Post, match_id: int, *, actor: User) -> bool:
    """Withdraw an answer; returns whether there was one.

    Raises:
        AnswerRefused: staff have decided, perhaps because of it; or as in `answer_suggestion`.
    """
    match = _answerable(post, match_id, actor)
    removed, _counts = SuggestionAnswer.objects.filter(match=match, user=actor).delete()
    if removed:
        weigh_answer(match, None)
        PostEvent.objects.create(
            post=post, actor=actor, action="answer_withdrawn", detail={"match": match_id}
        )
    return bool(removed)


def weigh_answer(match: Match, answer: str | None) -> None:
    """Let an answer count in the pair's odds, in place of an earlier one; None for none."""
    if match.log_odds is None:
        return
    terms = dict(match.terms)
    log_odds = match.log_odds - (terms.pop(ANSWER, None) or 0.0)
    if answer is not None:
        terms[ANSWER] = OWNER_SAYS[answer]
        log_odds += OWNER_SAYS[answer]
    Match.objects.filter(pk=match.pk).update(terms=terms, log_odds=log_odds)
    transaction.on_commit(partial(settle_around, match.post_ids))


def _answerable(post: Post, match_id: int, actor: User) -> Match:
    """The suggestion, if its author may answer it; locked against decisions.

    Raises: AnswerRefused
    """
    if post.kind != Post.Kind.LOST or post.author_id != actor.pk:
        raise AnswerRefused(_("Only the person who lost it can say whether it is theirs."))
    # Decisions take this lock first, so none can happen between this check and the write.
    list(Post.objects.select_for_update().filter(pk=post.pk))
    match = suggestions_for(post).filter(pk=match_id, status=Match.Status.SUGGESTED).first()
    if match is None or not (match.lost.is_open and match.found.is_open):
        raise AnswerRefused(_("This suggestion is no longer open."))
    return match
