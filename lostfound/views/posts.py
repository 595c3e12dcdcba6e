"""A person's own posts: list, create, read and edit."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
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
from django.views.decorators.http import require_http_methods, require_safe

from lostfound import selectors, services
from lostfound.forms.found import FORMS, form_for
from lostfound.forms.posts import PostForm
from lostfound.http import AuthenticatedHttpRequest
from lostfound.infra import limits
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
def my_posts(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The person's own posts, newest first."""
    posts = selectors.posts_of(request.user)
    return render(request, "lostfound/posts.html", {"posts": posts})


@require_safe
@login_required
def post(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponse:
    """A post as its author sees it, with the state of its matching."""
    person = request.user
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
def new_post(request: AuthenticatedHttpRequest, kind: str) -> HttpResponse:
    """The form for a lost or a found thing."""
    like = _like(request) if kind == Post.Kind.LOST else None
    prefill: dict[str, Any] = {"title": request.GET.get("title", "")}
    if like:
        prefill |= {"category": like.category, "colour": like.colour}
    form = _bound(request, FORMS[kind], prefill=prefill)
    if request.method == "POST":
        with _errors_in(form):
            if form.is_valid():
                saved = _submit(request, form, kind)
                form.discard_staged_photos()
                return redirect(saved)
        form.stage_photos()
    return _form_page(request, form, like=like)


def _submit(request: HttpRequest, form: PostForm, kind: str) -> Post:
    """Save a new post, or return the one that was saved from this form before.

    Raises:
        LimitReached, OperationalError, ValidationError: the last also if the form has been used
            for a different post.
    """
    photos = services.prepare_photos(form.uploads)
    try:
        with services.transaction_with_files():
            post = services.submit_post(
                author=form.user,
                kind=kind,
                fields=form.values,
                photos=photos,
                idempotency_key=form.submission_key,
            )
            count_one(request, "post")
        return post
    except services.DuplicateSubmission as before:
        if before.post is not None and before.is_same:
            return before.post
        form.begin_anew()
        raise ValidationError(_sent_before(before.post)) from before


def _like(request: HttpRequest) -> Post | None:
    """The found thing that the person says looks like theirs."""
    try:
        public_id = UUID(request.GET.get("like", ""))
    except ValueError:
        return None
    return selectors.public_found_posts().filter(public_id=public_id).first()


def _sent_before(post: Post | None) -> str:
    if post is None:
        return _("You have already posted this and then deleted it. Send it again to repost it.")
    return _(
        "This form has already been sent: “%(title)s” is under My posts, where you can edit it. "
        "Send it again only if this is a different thing."
    ) % {"title": post.title}


@form_methods
@login_required
def edit(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponse:
    """The form for editing an own post."""
    person = request.user
    edited = get_object_or_404(selectors.posts_of(person), public_id=public_id)
    form_class = form_for(edited)
    if form_class is None:
        messages.error(request, _("Only an open post can be edited."))
        return redirect(edited)
    form = _bound(request, form_class, edited)
    if request.method == "POST":
        with _errors_in(form):
            if form.is_valid():
                _save_changes(request, form, edited)
                form.discard_staged_photos()
                # Tells drafts.js which draft has been saved.
                arrived = f"{edited.public_id} {form.seen}"
                messages.success(request, _("Your changes have been saved."), extra_tags=arrived)
                return redirect(edited)
        form.stage_photos()
    return _form_page(request, form)


def _save_changes(request: HttpRequest, form: PostForm, post: Post) -> None:
    """Save the form, counting it only if anything changed.

    Raises: EditConflict, ValidationError, PermissionDenied, LimitReached, OperationalError
    """
    services.refuse_another_office(post, form.user)
    photos = services.prepare_photos(form.uploads)
    with services.transaction_with_files():
        is_changed = services.edit_post(
            post,
            actor=form.user,
            fields=form.values,
            add_photos=photos,
            remove_photos=form.removed_photos,
            photo_order=form.photo_order,
            seen=form.seen,
        )
        if is_changed:
            count_one(request, "edit")


def _bound(
    request: AuthenticatedHttpRequest,
    form_class: type[PostForm],
    post: Post | None = None,
    prefill: dict[str, Any] | None = None,
) -> PostForm:
    if request.method != "POST":
        return form_class(user=request.user, post=post, prefill=prefill)
    return form_class(request.POST, request.FILES, user=request.user, post=post)


@contextmanager
def _errors_in(form: PostForm) -> Iterator[None]:
    """Add the errors of saving a post to its form."""
    try:
        yield
    except services.EditConflict as changed:
        form.show_conflict(changed)
        form.add_error(None, changed)
    except ValidationError as error:
        form.add_error(None, error)
    except LimitReached as reached:
        text = limits.REACHED_BY_POSTING % {"time": reached.retry_at}
        form.add_error(None, ValidationError(text, THROTTLED))
    except OperationalError:
        logger.exception("Could not save a post")
        message = _(
            "This could not be saved right now. Nothing you wrote is lost: please send it again "
            "in a few minutes."
        )
        form.add_error(None, ValidationError(message, NOT_SAVED))


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
