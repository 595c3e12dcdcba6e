"""A person's own posts: writing, looking, editing."""

import logging
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from lostfound import selectors, services
from lostfound.forms.found import FORMS, form_for
from lostfound.forms.posts import PostForm
from lostfound.http import signed_in
from lostfound.infra.rate_limits import LimitReached, count_one
from lostfound.models import AccessLog, Post

logger = logging.getLogger(__name__)

THROTTLED = "throttled"
NOT_SAVED = "not_saved"
STATUSES = {
    THROTTLED: HTTPStatus.TOO_MANY_REQUESTS,
    NOT_SAVED: HTTPStatus.SERVICE_UNAVAILABLE,
}
form_methods = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@login_required
def my_posts(request: HttpRequest) -> HttpResponse:
    """Everything that the person has posted, newest first."""
    posts = selectors.posts_of(signed_in(request))
    return render(request, "lostfound/posts.html", {"posts": posts})


@require_safe
@login_required
def post(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A post as its author sees it, with the state of its matching."""
    person = signed_in(request)
    shown = get_object_or_404(selectors.posts_visible_to(person), public_id=public_id)
    services.log_access(person, AccessLog.What.POST, [shown])
    context = {
        "post": shown,
        "is_author": shown.author_id == person.pk,
        "can_edit": form_for(shown) is not None,
    }
    return render(request, "lostfound/post.html", context)


@form_methods
@login_required
def new_post(request: HttpRequest, kind: str) -> HttpResponse:
    """The form for a lost or a found thing."""
    person = signed_in(request)
    like = _like(request) if kind == Post.Kind.LOST else None
    given: dict[str, Any] = {"title": request.GET.get("title", "")}
    if like:
        given |= {"category": like.category, "colour": like.colour}
    form = _bound(request, FORMS[kind], given=given)

    def save() -> Post:
        return services.submit_post(
            author=person,
            kind=kind,
            fields=form.values,
            photos=form.uploads,
            idempotency_key=form.sending,
            before_saving=partial(count_one, request, "post"),
        )

    if request.method == "POST":
        try:
            saved = _saved(form, save)
        except services.DuplicateSubmission as before:
            if before.post is not None and before.is_same:
                form.let_photos_go()
                return redirect(before.post)
            form.begin_anew()
            form.keep_photos()
            form.add_error(None, ValidationError(_sent_before(before.post)))
        else:
            if saved:
                return redirect(saved)
    return _form_page(request, form, like=like)


def _like(request: HttpRequest) -> Post | None:
    """The found thing that looks like what the person has lost."""
    try:
        public_id = UUID(request.GET.get("like", ""))
    except ValueError:
        return None
    return selectors.public_found_posts().filter(public_id=public_id).first()


def _sent_before(post: Post | None) -> str:
    if post is None:
        return _("You have posted and deleted this. Send it again to post it anew.")
    return _(
        "“%(title)s” was saved from this form already: you find it under My posts, where you can "
        "edit it. Send this only if it is another thing."
    ) % {"title": post.title}


@form_methods
@login_required
def edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The same form for a post that is there."""
    person = signed_in(request)
    edited = get_object_or_404(selectors.posts_of(person), public_id=public_id)
    form_class = form_for(edited)
    if form_class is None:
        messages.error(request, _("Only an open post can be edited."))
        return redirect(edited)
    form = _bound(request, form_class, edited)

    def save() -> Post:
        return services.edit_post(
            edited,
            actor=person,
            fields=form.values,
            add_photos=form.uploads,
            remove_photos=form.removed_photos,
            photo_order=form.photo_order,
            seen=form.seen,
            before_saving=partial(count_one, request, "edit"),
        )

    if request.method == "POST" and _saved(form, save):
        # Which change arrived is told to the browser, which keeps a draft of it.
        arrived = f"{edited.public_id} {form.seen}"
        messages.success(request, _("Your changes are saved."), extra_tags=arrived)
        return redirect(edited)
    return _form_page(request, form)


def _bound(
    request: HttpRequest,
    form_class: type[PostForm],
    post: Post | None = None,
    given: dict[str, Any] | None = None,
) -> PostForm:
    if request.method != "POST":
        return form_class(user=signed_in(request), post=post, prefill=given)
    return form_class(request.POST, request.FILES, user=signed_in(request), post=post)


def _saved(form: PostForm, save: Callable[[], Post]) -> Post | None:
    """The post, or None with what was wrong in the form and good photographs kept."""
    try:
        if form.is_valid():
            saved = save()
            form.let_photos_go()
            return saved
    except services.EditConflict as changed:
        form.take_in(changed)
        form.add_error(None, changed)
    except ValidationError as error:
        form.add_error(None, error)
    except LimitReached as reached:
        form.add_error(None, _too_many(reached))
    except OperationalError:
        logger.exception("A post could not be saved")
        message = _(
            "It could not be saved just now. What you wrote is still here: please send it again "
            "in a few minutes."
        )
        form.add_error(None, ValidationError(message, NOT_SAVED))
    form.keep_photos()
    return None


def _too_many(reached: LimitReached) -> ValidationError:
    minutes = reached.minutes
    message = ngettext(
        "You have posted a lot within this hour. Please try again in %(minutes)d minute.",
        "You have posted a lot within this hour. Please try again in %(minutes)d minutes.",
        minutes,
    )
    return ValidationError(message, THROTTLED, {"minutes": minutes})


def _form_page(request: HttpRequest, form: PostForm, like: Post | None = None) -> HttpResponse:
    status = next(
        (status for code, status in STATUSES.items() if form.has_error(NON_FIELD_ERRORS, code)),
        HTTPStatus.OK,
    )
    context = {
        "form": form,
        "post": form.post,
        "like": like,
    }
    return render(request, "lostfound/post_form.html", context, status=status)
