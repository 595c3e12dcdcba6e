"""Verifying custody chains and seals; must not write."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch

from lostfound.models import CustodyEvent, Item, Seal
from lostfound.services.items.custody import (
    GENESIS,
    NO_DETAIL,
    checkpoint,
    detail_digest,
    event_hash,
    seal_root,
)


@dataclass(frozen=True)
class Break:
    """The first thing that is wrong with a chain or a seal.

    Attributes:
        name: code of the thing, or day of the seal.
        seq: number of the first event that does not fit; 0 for a seal.
    """

    name: str
    seq: int
    why: str


@dataclass
class Verified:
    """The result of a verification."""

    chains: int = 0
    events: int = 0
    erased: int = 0
    seals: int = 0
    breaks: list[Break] = field(default_factory=list)


def verify_custody(*, code: str = "", published: str = "") -> Verified:
    """Recompute every hash of all chains, or of one, and compare them with the seals.

    Args:
        code: of one thing; then seals are not read.
        published: a seal as it was mailed, in its three lines.
    """
    result = Verified()
    found = Prefetch(
        "custody", CustodyEvent.objects.select_related("detail").order_by("seq"), "chain"
    )
    items = Item.objects.prefetch_related(found).order_by("pk")
    if code:
        items = items.filter(code=code)
    hashes: dict[tuple[str, int], str] = {}
    for item in items.iterator(chunk_size=200):
        _verify_chain(item, item.chain, result)  # type: ignore[attr-defined]
        for event in item.chain:  # type: ignore[attr-defined]
            hashes[item.code, event.seq] = bytes(event.hash).hex()
    if not code:
        _verify_seals(hashes, published, result)
    return result


def _verify_chain(item: Item, chain: Iterable[CustodyEvent], result: Verified) -> None:
    previous, seq, last = GENESIS, 0, None
    result.chains += 1
    for event in chain:
        seq += 1
        result.events += 1
        detail = getattr(event, "detail", None)
        why = ""
        if event.seq != seq:
            why = "an event is missing"
        elif bytes(event.prev_hash) != previous:
            why = "it does not continue the event before"
        elif event_hash(event, item.code) != bytes(event.hash):
            why = "it was changed"
        elif detail is not None and bytes(event.detail_digest) != detail_digest(
            bytes(detail.nonce), detail.body
        ):
            why = "its details were changed"
        if why:
            result.breaks.append(Break(item.code, seq, why))
            return
        if detail is None and bytes(event.detail_digest) != NO_DETAIL:
            result.erased += 1
        previous, last = bytes(event.hash), event
    if (item.head_seq, bytes(item.head_hash)) != (seq, previous):
        result.breaks.append(Break(item.code, seq + 1, "its last events are missing"))
    elif last is not None and (item.state, item.place_id, item.office_id) != (
        last.to_state,
        last.to_place_id,
        last.office_id,
    ):
        result.breaks.append(Break(item.code, seq, "the thing is not where its last event says"))


def _verify_seals(hashes: Mapping[tuple[str, int], str], published: str, result: Verified) -> None:
    heads: dict[str, list[Any]] = {}
    previous = GENESIS
    is_known = not published
    for seal in Seal.objects.order_by("day"):
        result.seals += 1
        heads |= seal.heads
        for code, (seq, digest) in seal.heads.items():
            if hashes.get((code, seq)) != digest:
                why = f"the seal of {seal.day} knows another event"
                result.breaks.append(Break(code, seq, why))
        if bytes(seal.prev_root) != previous or seal_root(heads, previous) != bytes(seal.root):
            result.breaks.append(Break(str(seal.day), 0, "the seal was changed"))
            return
        is_known = is_known or checkpoint(seal).split() == published.split()
        previous = bytes(seal.root)
    if not is_known:
        result.breaks.append(Break("seal", 0, "the published seal is not among ours"))
