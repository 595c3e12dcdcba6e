"""What an edit changed, in words that stay readable when rows are renamed or gone."""

from collections.abc import Iterable, Mapping
from typing import Final

from lostfound.models import Post

# For the office: old and new values. Of other fields the history only has the names.
WITH_VALUES: Final = ("office", "shelf", "kept_note", "hidden_facts")


def described(post: Post) -> dict[str, str]:
    """The values that the history records, as text."""
    return {name: str(getattr(post, name) or "") for name in WITH_VALUES}


def steps(
    before: Mapping[str, str], after: Mapping[str, str], changed: Iterable[str]
) -> dict[str, dict[str, list[str]]]:
    """Old and new values of the changed fields, for an event's detail; empty if there are none."""
    values = {name: [before[name], after[name]] for name in changed if name in before}
    return {"values": values} if values else {}
