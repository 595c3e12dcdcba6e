"""What the person who lost something says to a suggestion: evidence for staff, no decision."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.models import Post, PostEvent, User
from lostfound.services.privacy import mask_personal_numbers
from matching.models import Match, SuggestionAnswer
from matching.selectors import suggestions_for

MAX_NOTE_CHARS = 200


class AnswerRefused(Exception):
    """The suggestion cannot be answered, or no longer; the message tells the reader why."""


@transaction.atomic
def answer_suggestion(
    post: Post, match_id: int, *, actor: User, answer: str, note: str = ""
) -> SuggestionAnswer:
    """Note what the author of a lost post thinks of a suggestion; a later answer replaces it.

    Args:
        answer: one of `SuggestionAnswer.Answer`.
        note: why, in the person's own words.

    Raises:
        AnswerRefused: the post is not one of the person's lost ones, the pair is not shown to
            them or decided already, or the answer is none.
    """
    if post.kind != Post.Kind.LOST or post.author_id != actor.pk:
        raise AnswerRefused(_("Only the person who lost the thing can say whether it is theirs."))
    if answer not in SuggestionAnswer.Answer.values:
        raise AnswerRefused(_("Please choose one of the answers."))
    match = suggestions_for(post).filter(pk=match_id, status=Match.Status.SUGGESTED).first()
    if match is None or not (match.lost.is_open and match.found.is_open):
        raise AnswerRefused(_("This suggestion is no longer open. Reload the page to see why."))
    said, _new = SuggestionAnswer.objects.update_or_create(
        match=match,
        defaults={
            "user": actor,
            "answer": answer,
            "note": mask_personal_numbers(note.strip().replace("\x00", ""))[:MAX_NOTE_CHARS],
            "at": timezone.now(),
        },
    )
    PostEvent.objects.create(
        post=post, actor=actor, action="answered", detail={"match": match.pk, "answer": answer}
    )
    return said


@transaction.atomic
def withdraw_answer(post: Post, match_id: int, *, actor: User) -> bool:
    """Take an answer back; says whether there was one."""
    removed, _counts = SuggestionAnswer.objects.filter(
        match=match_id, match__lost=post, user=actor
    ).delete()
    if removed:
        PostEvent.objects.create(
            post=post, actor=actor, action="answer_withdrawn", detail={"match": match_id}
        )
    return bool(removed)
