"""Escapes cells so that no spreadsheet treats them as formulas, and reads them back."""

import re
from typing import Any, Final

# A sign starts a formula even after spaces or a quotation mark, and in its full-width form, which
# a Korean or Japanese spreadsheet treats like the normal one.
_FORMULA: Final = re.compile(
    r"(?:[^\S\t\r\n]|['\"‘’“”\uff07\uff02\u200b\ufeff])*[\t\r\n]"
    r"|[\s'\"‘’“”\uff07\uff02\u00a0\u200b\ufeff]*[=+\-@＝＋－＠﹦﹢﹣﹫]"
)


def safe_cell(value: Any) -> str:
    """The value as text that a spreadsheet displays and never evaluates."""
    text = "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) else text


def read_cell(text: str) -> str:
    """The original text of a cell, without the mark that escaped it."""
    text = text.strip()
    rest = text.removeprefix("'")
    return rest.strip() if rest != text and _FORMULA.match(rest) else text
