"""Why a thing is among the results of a search, in words."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matching.search.search import Finding

REASON_WORDS: Final = {
    "text_text": gettext_lazy("It is described in similar words"),
    "sentence": gettext_lazy("It is described in similar words"),
    "text_image": gettext_lazy("Its photograph matches your words"),
    "image_image": gettext_lazy("The photographs look alike"),
    "image_text": gettext_lazy("Its description matches your photograph"),
    "category": gettext_lazy("It seems to be the same kind of thing"),
}


def why_words(finding: Finding) -> list[str]:
    """Why a thing matches, with every name as the page shows it."""
    why = []
    if finding.number:
        why.append(_("Its number is %(number)s") % {"number": finding.number})
    if finding.words:
        why.append(_("It says “%(words)s”") % {"words": ", ".join(finding.words)})
    if finding.category:
        why.append(_("Its category is “%(name)s”") % {"name": finding.category.name})
    if finding.colour:
        why.append(_("Its colour is “%(name)s”") % {"name": finding.colour})
    if finding.building:
        why.append(_("Its place is “%(name)s”") % {"name": finding.building.name})
    mentioned = {"category"} if finding.category else set()
    reasons = [name for name in finding.reasons if name in REASON_WORDS and name not in mentioned]
    return why + list(dict.fromkeys(str(REASON_WORDS[name]) for name in reasons))
