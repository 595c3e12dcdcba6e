"""Codes of things on labels: seven random characters and a check character.

The check is a sum over GF(32) with a different weight for every place, so a wrong character or two
that were swapped never pass as another thing's code, and no look-up is needed to refuse them.
"""

import re
import secrets
import unicodedata
from typing import Final

# Without I, L, O and U, which people and scanners take for other characters.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_CHARS: Final = 7
CODE_CHARS: Final = RANDOM_CHARS + 1
GROUP_CHARS: Final = 4  # shown as 7KQ2-M9XD
FIELD_BITS: Final = 5
REDUCTION: Final = 0b00101  # x^5 = x^2 + 1
READ_AS: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
# U+3161 (ㅡ) is typed for a dash on Korean keyboards; composed, it is U+1173.
SEPARATORS: Final = re.compile(
    r"[\s\u00ad_.,·:/]|[-\u2010-\u2015\u2212\u30fc\u3161\u1173\ufe63\uff0d]"
)


def new_code() -> str:
    """A random code; 3.2e10 of them, so that nobody can count through.

    It has a digit and a letter: a word must not be taken for a code, nor a code for a word or for
    the digits of a pick-up code.
    """
    while True:
        body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARS))
        code = body + check_character(body)
        if looks_like_code(code):
            return code


def check_character(body: str) -> str:
    """The last character of a code, from those before it."""
    total, weight = 0, 1
    for char in body:
        total ^= _times(ALPHABET.index(char), weight)
        weight = _times(weight, 2)
    # The weighted sum of the whole code is zero, the check character's place included.
    for value, char in enumerate(ALPHABET):
        if _times(value, weight) == total:
            return char
    raise AssertionError("every element of a field has an inverse")


def is_valid(code: str) -> bool:
    """Whether the check character fits."""
    is_written = len(code) == CODE_CHARS and set(code) <= set(ALPHABET)
    return is_written and check_character(code[:-1]) == code[-1]


def plain(text: str) -> str:
    """A code as somebody typed or scanned it, in the form that is stored.

    Full-width characters, lower case, spaces and dashes of every kind make no difference.
    """
    return folded(text).translate(READ_AS)


def folded(text: str) -> str:
    """A code or number without spaces, dashes, full-width characters and lower case."""
    return SEPARATORS.sub("", unicodedata.normalize("NFKC", text).upper())


def looks_like_code(text: str) -> bool:
    """Whether a text has the shape of a code, right or wrong; words and numbers do not."""
    code = plain(text)
    has_both = any(char.isdigit() for char in code) and any(char.isalpha() for char in code)
    return len(code) == CODE_CHARS and set(code) <= set(ALPHABET) and has_both


def grouped(code: str) -> str:
    """The code as people read it, such as 7KQ2-M9XD."""
    return f"{code[:GROUP_CHARS]}-{code[GROUP_CHARS:]}"


def _times(left: int, right: int) -> int:
    """The product of two elements of GF(32)."""
    product = 0
    while right:
        if right & 1:
            product ^= left
        right >>= 1
        left <<= 1
        if left >> FIELD_BITS:
            left = (left & (1 << FIELD_BITS) - 1) ^ REDUCTION
    return product
