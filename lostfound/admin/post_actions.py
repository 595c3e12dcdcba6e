"""What staff do with many posts at once. Each row is asked for on its own; the others go on."""

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from lostfound.admin.bases import PostModelAdmin
from lostfound.admin.files import export_response
from lostfound.models import Look, Post, User
from lostfound.services import (
    TransitionRefused,
    close_post,
    edit_post,
    note_look,
    reopen_post,
)


class PostActions(PostModelAdmin):
    """The actions of the list of posts."""

    actions = ("close_posts", "reopen_posts", "move_to_shelf", "export_csv")

    @admin.action(description=_("Close the chosen posts"), permissions=["change"])
    def close_posts(self, request: HttpRequest, queryset: QuerySet[Post]) -> None:
        """Take them out of matching."""
        self._each(request, queryset, close_post)

    @admin.action(description=_("Move the chosen things to the shelf"), permissions=["change"])
    def move_to_shelf(self, request: HttpRequest, queryset: QuerySet[Post]) -> None:
        """Put found things on the shelf that is named beside the action."""
        shelf = request.POST.get("shelf", "")
        moved = 0
        for post in queryset.filter(kind=Post.Kind.FOUND):
            try:
                edit_post(post, actor=actor_of(request), fields={"shelf": shelf})
                moved += 1
            except ValidationError as refused:
                self.message_user(
                    request, f"{post}: {' '.join(refused.messages)}", messages.WARNING
                )
            except PermissionDenied as refused:
                self.message_user(request, f"{post}: {refused}", messages.WARNING)
        text = ngettext("%(n)d thing was moved.", "%(n)d things were moved.", moved)
        self.message_user(request, text % {"n": moved}, messages.SUCCESS)

    @admin.action(description=_("Save the chosen posts as a CSV file"), permissions=["view"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet[Post]) -> Any:
        """A file that is safe to open in a spreadsheet."""
        note_look(actor_of(request), Look.What.EXPORT, queryset)
        return export_response(queryset)

    @admin.action(description=_("Open the chosen posts again"), permissions=["change"])
    def reopen_posts(self, request: HttpRequest, queryset: QuerySet[Post]) -> None:
        """Put them back into matching."""
        self._each(request, queryset, reopen_post)

    def _each(self, request: HttpRequest, queryset: QuerySet[Post], service: Any) -> None:
        done = 0
        for post in queryset:
            try:
                service(post, actor=actor_of(request))
                done += 1
            except (TransitionRefused, PermissionDenied) as refused:
                self.message_user(request, f"{post}: {refused}", messages.WARNING)
        if done:
            text = ngettext("%(n)d post was changed.", "%(n)d posts were changed.", done)
            self.message_user(request, text % {"n": done}, messages.SUCCESS)


def actor_of(request: HttpRequest) -> User:
    """Who is signed in; the admin lets nobody else in."""
    return cast(User, request.user)


def is_elsewhere(request: HttpRequest, post: Post | None) -> bool:
    """Whether a thing lies on the shelves of another office than the reader's."""
    return post is not None and post.is_kept_elsewhere_for(actor_of(request))
