"""Things that leave for good, in batches that a second person approves."""

from lostfound.services.disposal.checks import BatchRefused, allowed_kinds
from lostfound.services.disposal.completing import Outcome, complete_batch
from lostfound.services.disposal.drafting import approve_batch, cancel_batch, draft_batch

__all__ = [
    "BatchRefused",
    "Outcome",
    "allowed_kinds",
    "approve_batch",
    "cancel_batch",
    "complete_batch",
    "draft_batch",
]
