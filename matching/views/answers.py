"""What the person who lost something says to a suggestion."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lostfound import selectors as lostfound_selectors
from lostfound.people import signed_in
from lostfound.throttles import throttle_write
from matching.services import AnswerRefused, answer_suggestion, withdraw_answer

ANSWERS_PER_HOUR = 200


@require_POST
@login_required
def answer(request: HttpRequest, public_id: UUID, pk: int) -> HttpResponse:
    """Note whether it may be theirs, or take that back; staff see it and decide."""
    person = signed_in(request)
    post = get_object_or_404(lostfound_selectors.posts_of(person), public_id=public_id)
    given = request.POST.get("answer", "")
    if not throttle_write(request, "answer", ANSWERS_PER_HOUR).allowed:
        messages.error(request, _("That was a lot at once. Please try again in an hour."))
        return redirect(post)
    if given == "none":
        withdraw_answer(post, pk, actor=person)
    else:
        try:
            answer_suggestion(
                post, pk, actor=person, answer=given, note=request.POST.get("note", "")
            )
        except AnswerRefused as refused:
            messages.error(request, str(refused))
            return redirect(post)
    # The suggestion itself says thank you, where the person is looking.
    return redirect(f"{post.get_absolute_url()}#suggestion-{pk}")
