"""Closing, reopening and deleting one's own posts, each after a confirmation."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from lostfound import selectors, services
from lostfound.http import AuthenticatedHttpRequest
from lostfound.infra import limits
from lostfound.infra.rate_limits import LimitReached, count_one
from lostfound.models import Post
from lostfound.views.posts import form_methods


@form_methods
@login_required
def close(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponse:
    """Close a post."""
    return _change(request, public_id, "close", services.close_post, _("The post has been closed."))


@form_methods
@login_required
def reopen(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponse:
    """Reopen a post."""
    done = _("The post has been reopened.")
    return _change(request, public_id, "reopen", services.reopen_post, done)


@form_methods
@login_required
def delete(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponse:
    """Delete a post and everything that belongs to it."""
    return _change(
        request, public_id, "delete", services.delete_post, _("The post has been deleted.")
    )


def _change(
    request: AuthenticatedHttpRequest,
    public_id: UUID,
    action: str,
    service: Callable[..., Any],
    done: str,
) -> HttpResponse:
    """Ask for confirmation on GET, act on POST."""
    person = request.user
    changed = get_object_or_404(selectors.posts_of(person), public_id=public_id)
    if request.method != "POST":
        return render(request, "lostfound/post_confirm.html", {"post": changed, "action": action})
    try:
        with transaction.atomic():
            if service(changed, actor=person):
                count_one(request, "edit")
    except LimitReached as reached:
        messages.error(request, limits.REACHED % {"time": reached.retry_at})
        return redirect(changed)
    except Post.DoesNotExist as gone:
        raise Http404 from gone
    except services.AlreadySo as already:  # in another tab, or on another device
        messages.info(request, str(already))
        return redirect(changed)
    except services.TransitionRefused as refused:
        messages.error(request, str(refused))
        return redirect(changed)
    messages.success(request, done)
    return redirect("lostfound:posts") if action == "delete" else redirect(changed)
