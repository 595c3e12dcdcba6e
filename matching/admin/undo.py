"""Telling staff what they decided, with a button that takes it back."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from matching.models import MatchDecision


def undo_button(decision: MatchDecision) -> SafeString:
    """A button of the form `review-undo`, which every admin page carries for those who may."""
    return format_html(
        '<button type="submit" form="review-undo" name="decision" value="{}" '
        'class="review-undo">{}</button>',
        decision.public_id,
        _("Undo"),
    )


def tell_decided(request: HttpRequest, decision: MatchDecision) -> None:
    """A message on the next page, with the offer to undo."""
    if decision.action == MatchDecision.Action.CONFIRM:
        what = _("Confirmed: %(match)s. Both authors are told.")
    else:
        what = _("Rejected: %(match)s.")
    text = what % {"match": decision.match}
    messages.success(request, format_html("{} {}", text, undo_button(decision)))
