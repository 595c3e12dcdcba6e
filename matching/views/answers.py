"""The owner's answer to a suggestion."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from lostfound import selectors as lostfound_selectors
from lostfound.http import AuthenticatedHttpRequest
from lostfound.infra import limits
from lostfound.infra.rate_limits import LimitReached, count_one
from lostfound.views.decorators import by_button
from matching.services import AnswerRefused, answer_suggestion, withdraw_answer


def _post_page(public_id: UUID, pk: int) -> str:
    return reverse("lostfound:post", args=[public_id])


@by_button(back=_post_page)
def answer(request: AuthenticatedHttpRequest, public_id: UUID, pk: int) -> HttpResponse:
    """Store whether it may be theirs, or withdraw that; staff see the answer and decide."""
    person = request.user
    post = get_object_or_404(lostfound_selectors.posts_of(person), public_id=public_id)
    chosen = request.POST.get("answer", "")
    note = request.POST.get("note", "")
    try:
        with transaction.atomic():
            if chosen != "none":
                answer_suggestion(post, pk, actor=person, answer=chosen, note=note)
                count_one(request, "answer")
            elif withdraw_answer(post, pk, actor=person):
                count_one(request, "answer")
    except LimitReached as reached:
        messages.error(request, limits.REACHED % {"time": reached.retry_at})
        return redirect(post)
    except AnswerRefused as refused:
        messages.error(request, str(refused))
        return redirect(post)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    # The suggestion itself shows a thank-you, where the person is looking.
    return redirect(f"{post.get_absolute_url()}#suggestion-{pk}")
