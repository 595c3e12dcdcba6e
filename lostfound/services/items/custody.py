"""The custody chain: the only code that writes events, and the daily seal over all chains.

Each event holds SHA-256 over its own fields and the hash before it. Personal details are apart:
the event holds the digest of a random nonce and the details, so they can be erased and nobody can
guess a short text from its digest.
"""

import hashlib
import json
import secrets
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from lostfound.models import (
    CustodyDetail,
    CustodyEvent,
    Item,
    Office,
    Post,
    Seal,
    StoragePlace,
    User,
)
from lostfound.models.custody import NONCE_BYTES
from lostfound.models.item import HASH_BYTES
from lostfound.services.items.transitions import Changed, refuse_transition

VERSION: Final = "1"
GENESIS: Final = bytes(HASH_BYTES)
NO_DETAIL: Final = b""
LENGTH_BYTES: Final = 4
SEAL_ORIGIN: Final = "campus-lostfound custody"


def lock_item(item: Item) -> Item:
    """Fetch the thing's current row, locked until the transaction ends.

    Its post is locked first, as wherever both are, so that nobody waits for each other.

    Raises: Item.DoesNotExist
    """
    posts = Post.objects.select_for_update(of=("self",)).filter(item=item.pk)
    list(posts.values_list("pk"))
    rows = Item.objects.select_for_update(of=("self",))
    return rows.select_related("place", "office", "post__category").get(pk=item.pk)


def append(
    item: Item,
    *,
    actor: User | None,
    kind: str,
    to_state: str,
    office: Office | None,
    place: StoragePlace | None,
    ref: str = "",
    detail: Mapping[str, Any] | None = None,
    changes: Mapping[str, Any] | None = None,
    is_carried_over: bool = False,
) -> CustodyEvent:
    """Move a thing to another state or place, and record it: one guarded UPDATE and one event.

    Args:
        item: locked by the caller, in the transaction of this call.
        ref: number of what it refers to, such as a receipt; never personal.
        detail: personal or free text, kept apart and erasable.
        changes: other fields of the thing that change with it.

    Raises:
        TransitionRefused: its state does not allow that.
        Changed: somebody else changed it since it was fetched.
    """
    if not is_carried_over:
        refuse_transition(item, to_state)
    nonce = secrets.token_bytes(NONCE_BYTES)
    digest = detail_digest(nonce, detail) if detail else NO_DETAIL
    event = CustodyEvent(
        item=item,
        seq=item.head_seq + 1,
        at=timezone.now(),
        actor=actor,
        office=office,
        kind=kind,
        from_state=item.state if item.head_seq else "",
        to_state=to_state,
        from_place_id=item.place_id,
        to_place=place,
        ref=ref,
        detail_digest=digest,
        prev_hash=bytes(item.head_hash),
    )
    event.hash = event_hash(event, item.code)
    values = {
        **(changes or {}),
        "state": to_state,
        "office": office,
        "place": place,
        "head_seq": event.seq,
        "head_hash": event.hash,
    }
    row = Item.objects.filter(pk=item.pk, state=item.state, head_seq=item.head_seq)
    if not row.update(**values):
        raise Changed
    event.save()
    if detail:
        CustodyDetail.objects.create(event=event, nonce=nonce, body=dict(detail))
    for name, value in values.items():
        setattr(item, name, value)
    return event


def event_hash(event: CustodyEvent, code: str) -> bytes:
    """SHA-256 of an event: each field prefixed by its length, the time in microseconds (UTC)."""
    parts: tuple[Any, ...] = (
        VERSION,
        code,
        event.seq,
        microseconds(event.at),
        event.actor_id or "",
        event.office_id or "",
        event.kind,
        event.from_state,
        event.to_state,
        event.from_place_id or "",
        event.to_place_id or "",
        event.ref,
        bytes(event.detail_digest),
        bytes(event.prev_hash),
    )
    digest = hashlib.sha256()
    for part in parts:
        value = part if isinstance(part, bytes) else str(part).encode()
        digest.update(len(value).to_bytes(LENGTH_BYTES, "big") + value)
    return digest.digest()


def microseconds(at: datetime) -> int:
    """Microseconds since 1970, exactly: both databases store no finer time."""
    since = at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def detail_digest(nonce: bytes, body: Mapping[str, Any]) -> bytes:
    """SHA-256 of a nonce and details as canonical JSON."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(nonce + text.encode()).digest()


def erase_details(event: CustodyEvent) -> bool:
    """Erase the personal part of an event; its chain stays sound. Returns whether there was one."""
    return bool(CustodyDetail.objects.filter(event=event).delete()[0])


def seal_day(day: date | None = None) -> Seal | None:
    """Seal all chains once a day, and mail the seal; None if the day already has one.

    A copy outside the database is what makes a chain visible that was cut off or replaced as a
    whole.
    """
    day = day or timezone.localdate()
    with transaction.atomic():
        newest = Seal.objects.select_for_update().order_by("-day").first()
        if newest is not None and newest.day >= day:
            return None
        known = sealed_heads()
        heads = current_heads()
        previous = bytes(newest.root) if newest else GENESIS
        seal = Seal(
            day=day,
            chains=len(heads),
            heads={code: head for code, head in heads.items() if known.get(code) != head},
            prev_root=previous,
            root=seal_root(heads, previous),
            sent_to=", ".join(settings.SEAL_TO),
        )
        seal.save()
    if settings.SEAL_TO:
        EmailMessage(
            subject=f"{SEAL_ORIGIN} {seal.day}", body=checkpoint(seal), to=settings.SEAL_TO
        ).send(fail_silently=True)
    return seal


def current_heads() -> dict[str, list[Any]]:
    """Number and hash of the last event of each chain, by the thing's code."""
    rows = Item.objects.filter(head_seq__gt=0).order_by("code")
    heads = rows.values_list("code", "head_seq", "head_hash")
    return {code: [seq, bytes(digest).hex()] for code, seq, digest in heads}


def sealed_heads() -> dict[str, list[Any]]:
    """The heads that the seals contain, the newest of each chain."""
    heads: dict[str, list[Any]] = {}
    for changed in Seal.objects.order_by("day").values_list("heads", flat=True):
        heads |= changed
    return heads


def seal_root(heads: Mapping[str, list[Any]], previous: bytes) -> bytes:
    """SHA-256 over all heads, sorted by code, and the root before."""
    digest = hashlib.sha256(previous)
    for code in sorted(heads):
        seq, head = heads[code]
        digest.update(f"{code} {seq} {head}\n".encode())
    return digest.digest()


def checkpoint(seal: Seal) -> str:
    """A seal as three lines: origin with the day, number of chains, root."""
    root = b64encode(bytes(seal.root)).decode()
    return f"{SEAL_ORIGIN} {seal.day}\n{seal.chains}\n{root}\n"
