"""Tokens that identify a single thing, such as serial numbers, stored as keyed hashes only.

Matching only needs to know whether two posts have the same token, so the printed name or number
itself is not stored.
"""

import hmac
import re
from typing import Final

from django.conf import settings

# Letters and digits mixed, or a long number: "SM-S921N", "A2633", "20261234".
TOKEN: Final = re.compile(
    r"(?<![\w-])(?=[\w-]*\d)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?![\w-])", re.ASCII
)
DAY: Final = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")  # 2026-03-02
LEAST_CHARS: Final = 5
LEAST_DIGITS: Final = 3
MOST_TOKENS: Final = 20  # per post
HASH_CHARS: Final = 16
KEY_PURPOSE: Final = b"matching.identity"  # stored hashes depend on it


def identity_tokens(text: str) -> tuple[str, ...]:
    """Keyed hashes of the text's identity tokens, sorted and without repeats."""
    found = {_plain(match.group()) for match in TOKEN.finditer(text)}
    kept = sorted(token for token in found if _names_one_thing(token))[:MOST_TOKENS]
    return tuple(sorted(_hashed(token) for token in kept))


def _plain(token: str) -> str:
    return token.replace("-", "").upper()


def _names_one_thing(token: str) -> bool:
    digits = sum(letter.isdigit() for letter in token)
    return len(token) >= LEAST_CHARS and digits >= LEAST_DIGITS and not DAY.fullmatch(token)


def _hashed(token: str) -> str:
    key = KEY_PURPOSE + settings.SECRET_KEY.encode()
    return hmac.new(key, token.encode(), "sha256").hexdigest()[:HASH_CHARS]
