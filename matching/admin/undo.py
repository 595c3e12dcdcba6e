"""Messages about decisions, with a button that undoes them."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from matching.models import MatchDecision


def undo_button(decision: MatchDecision) -> SafeString:
    """A button of the form `review-undo`, which is on every admin page for reviewers."""
    return format_html(
        '<button type="submit" form="review-undo" name="decision" value="{}" '
        'class="review-undo">{}</button>',
        decision.public_id,
        _("Undo"),
    )


def tell_decided(request: HttpRequest, decision: MatchDecision) -> None:
    """Add a message with an undo button to the next page."""
    if decision.action == MatchDecision.Action.CONFIRM:
        what = _("Confirmed: %(match)s. Both authors have been notified.")
    else:
        what = _("Rejected: %(match)s.")
    text = what % {"match": decision.match}
    messages.success(request, format_html("{} {}", text, undo_button(decision)))
