"""Bulk actions on posts. Each post is changed separately; one error does not stop the rest."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lostfound.admin.files import export_response
from lostfound.http import signed_in
from lostfound.models import AccessLog, Post
from lostfound.services import (
    TransitionRefused,
    close_post,
    edit_post,
    log_access,
    reopen_post,
)
from lostfound.services.post_fields import clean_text

MAX_NAMED: Final = 5  # posts listed per reason; the total is shown regardless

# For these the services could only report that the post has changed since.
ALREADY_CLOSED: Final = {
    Post.Status.CLOSED: gettext_lazy("Already closed."),
    Post.Status.RETURNED: gettext_lazy("Already returned to its owner."),
}
ALREADY_OPEN: Final = {Post.Status.OPEN: gettext_lazy("Already open.")}


class PostActions(admin.ModelAdmin[Post]):
    """The bulk actions of the list of posts."""

    actions = ("close_posts", "reopen_posts", "move_to_shelf", "export_csv")

    @admin.action(description=gettext_lazy("Close the selected posts"), permissions=["change"])
    def close_posts(self, request: HttpRequest, queryset: QuerySet[Post]) -> None:
        """Close posts, which takes them out of matching."""

        def close(post: Post) -> None:
            _refuse_already(post, ALREADY_CLOSED)
            close_post(post, actor=signed_in(request))

        self._tell_changed(request, *_each(queryset, close))

    @admin.action(description=gettext_lazy("Reopen the selected posts"), permissions=["change"])
    def reopen_posts(self, request: HttpRequest, queryset: QuerySet[Post]) -> None:
        """Reopen posts, which puts them back into matching."""

        def reopen(post: Post) -> None:
            _refuse_already(post, ALREADY_OPEN)
            reopen_post(post, actor=signed_in(request))

        self._tell_changed(request, *_each(queryset, reopen))

    @admin.action(
        description=gettext_lazy("Move the selected things to the shelf"), permissions=["change"]
    )
    def move_to_shelf(self, request: HttpRequest, queryset: QuerySet[Post]) -> None:
        """Move found things to the shelf entered next to the action."""
        try:
            shelf = clean_text(request.POST.get("shelf", ""), is_one_line=True)
        except ValidationError:
            shelf = ""
        if not shelf:
            text = _("Please enter the shelf next to the action. Nothing was moved.")
            self.message_user(request, text, messages.ERROR)
            return

        def move(post: Post) -> None:
            if post.kind != Post.Kind.FOUND:
                raise ValidationError(_("This is a lost post. Only found things have a shelf."))
            edit_post(post, actor=signed_in(request), fields={"shelf": shelf})

        moved, refused = _each(queryset, move)
        if moved:
            text = ngettext(
                "%(n)d thing was moved to %(shelf)s.",
                "%(n)d things were moved to %(shelf)s.",
                moved,
            )
            self.message_user(request, text % {"n": moved, "shelf": shelf}, messages.SUCCESS)
        self._tell_refused(request, refused)

    @admin.action(
        description=gettext_lazy("Export the selected posts as CSV"), permissions=["view"]
    )
    def export_csv(self, request: HttpRequest, queryset: QuerySet[Post]) -> Any:
        """Export posts as CSV that is safe to open in a spreadsheet."""
        try:
            reason = clean_text(request.POST.get("reason", ""), is_one_line=True)
        except ValidationError:
            reason = ""
        if not reason:
            text = _("Please say next to the action why you need the file. Nothing was exported.")
            return render(request, "400.html", {"detail": text, "was_sent": True}, status=400)
        named = queryset.select_related(None).prefetch_related(None).only("author")
        log_access(signed_in(request), AccessLog.What.EXPORT, named, reason=reason)
        return export_response(queryset)

    def _tell_changed(
        self, request: HttpRequest, done: int, refused: dict[str, list[Post]]
    ) -> None:
        if done:
            text = ngettext("%(n)d post was changed.", "%(n)d posts were changed.", done)
            self.message_user(request, text % {"n": done}, messages.SUCCESS)
        self._tell_refused(request, refused)

    def _tell_refused(self, request: HttpRequest, refused: dict[str, list[Post]]) -> None:
        """Show one message that lists each reason once."""
        if not refused:
            return
        count = sum(map(len, refused.values()))
        head = ngettext("%(n)d post was not changed:", "%(n)d posts were not changed:", count) % {
            "n": count
        }
        lines = format_html_join(
            "",
            "<li>{} ({}) {}{}</li>",
            (
                (
                    why,
                    len(posts),
                    ", ".join(f"{post.number} {post.title}" for post in posts[:MAX_NAMED]),
                    " …" if len(posts) > MAX_NAMED else "",
                )
                for why, posts in refused.items()
            ),
        )
        self.message_user(request, format_html("{}<ul>{}</ul>", head, lines), messages.WARNING)


def _each(
    posts: Iterable[Post], change: Callable[[Post], None]
) -> tuple[int, dict[str, list[Post]]]:
    """How many posts were changed, and the others by the reason why not."""
    done = 0
    refused: dict[str, list[Post]] = {}
    for post in posts:
        try:
            change(post)
            done += 1
        except ValidationError as error:
            refused.setdefault(" ".join(error.messages), []).append(post)
        except (TransitionRefused, PermissionDenied) as error:
            refused.setdefault(str(error), []).append(post)
        except Post.DoesNotExist:
            refused.setdefault(_("Already deleted."), []).append(post)
    return done, refused


def _refuse_already(post: Post, already: dict[Post.Status, Any]) -> None:
    """Report a status that needs no change as such, and not as a conflict.

    Raises:
        TransitionRefused: with the status in words.
    """
    for status, why in already.items():
        if post.status == status:
            raise TransitionRefused(str(why))


def is_elsewhere(request: HttpRequest, post: Post | None) -> bool:
    """Whether a thing is kept at an office other than the reader's."""
    return post is not None and post.is_kept_elsewhere_for(signed_in(request))
