"""A cell that no spreadsheet computes, and the same cell read back."""

import re
from typing import Any, Final

# A sign begins a formula even behind blanks or a quotation mark, and in its wide form, which a
# Korean or Japanese spreadsheet reads as the narrow one.
_FORMULA: Final = re.compile(
    r"[\t\r\n]|[\s'\"‘’“”\uff07\uff02\u00a0\u200b\ufeff]*[=+\-@＝＋－＠﹦﹢﹣﹫]"
)


def safe_cell(value: Any) -> str:
    """The value as text that a spreadsheet shows and never computes."""
    text = "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) else text


def read_cell(text: str) -> str:
    """What was meant by a cell, without the mark that made it safe."""
    text = text.strip()
    rest = text.removeprefix("'")
    return rest.strip() if rest != text and _FORMULA.match(rest) else text
