"""Client of the search process; must not import the encoder."""

import base64
import http.client
import json
import logging
from dataclasses import dataclass
from typing import Any, Final

from matching.core.filters import SearchFilters
from matching.core.vectors import PhotoVec
from matching.search.protocol import (
    SIGNATURE,
    Address,
    finder_address,
    packed,
    packed_vec,
    signature,
    unpacked_vec,
)

logger = logging.getLogger(__name__)

TIMEOUT_S: Final = 2.0  # after that, the page is shown without it
MOST: Final = 120  # results of a search


class FinderAway(Exception):
    """The search process does not answer in time; only exact words can be searched."""


@dataclass(frozen=True)
class Hit:
    """A found post that may be what the query describes.

    Attributes:
        bits: evidence from the text and the photograph, log2 of the odds.
        reasons: names of the terms that support it, strongest first.
    """

    post_id: int
    bits: float
    reasons: tuple[str, ...] = ()


def embed_photo(jpeg: bytes) -> PhotoVec:
    """The embedding of a photograph.

    Raises: FinderAway
    """
    answer = _ask({"do": "embed", "photo": base64.b64encode(jpeg).decode()})
    return PhotoVec(answer["fingerprint"], unpacked_vec(answer["vec"]))


def find_things(text: str, photo: PhotoVec | None, filters: SearchFilters) -> list[Hit]:
    """Found posts that the text or the photograph supports, best first.

    Raises: FinderAway
    """
    question: dict[str, Any] = {
        "do": "find",
        "text": text,
        "most": MOST,
        "filters": _plain(filters),
    }
    if photo is not None:
        question |= {"vec": packed_vec(photo.vec), "fingerprint": photo.fingerprint}
    return [
        Hit(found["id"], found["bits"], tuple(found["reasons"]))
        for found in _ask(question)["found"]
    ]


def is_there(address: Address, timeout_s: float = TIMEOUT_S) -> bool:
    """Whether a search process answers at this address."""
    try:
        _ask({"do": "ping"}, timeout_s, address)
    except FinderAway:
        return False
    return True


def _ask(
    question: dict[str, Any], timeout_s: float = TIMEOUT_S, address: Address | None = None
) -> dict[str, Any]:
    address = address or finder_address()
    if address is None:
        raise FinderAway("Semantic search is switched off (MATCHING_FINDER=off).")
    body = packed(question)
    headers = {"Content-Type": "application/json", SIGNATURE: signature(body)}
    connection = address.connection(timeout_s)
    try:
        connection.request("POST", "/", body, headers)
        response = connection.getresponse()
        answer: dict[str, Any] = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise FinderAway(f"The search process does not answer: {error}") from error
    finally:
        connection.close()
    if response.status != http.client.OK:
        raise FinderAway(str(answer.get("error", response.status)))
    return answer


def _plain(filters: SearchFilters) -> dict[str, Any]:
    return {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in vars(filters).items()
        if value is not None
    }
