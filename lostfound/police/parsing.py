"""Reads the answers of the police's service. They are hostile until checked.

The service answers HTTP 200 with errors, in an envelope of its own or in that of the gateway
before it, and has three shapes of an empty list.
"""

import html
import re
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from lostfound.police.errors import (
    AnswerUnreadable,
    KeyRefused,
    PoliceError,
    QuotaSpent,
    RequestRefused,
)

GATEWAY: Final = "OpenAPI_ServiceResponse"
FINE: Final = frozenset({"00", "0", "0000"})
NO_DATA: Final = frozenset({"03", "3"})
QUOTA: Final = frozenset({"22"})
KEY: Final = frozenset({"20", "30", "31", "32", "33"})
TIMES: Final = frozenset({"01", "1", "02", "2", "05", "5"})  # of a service that is down
MAX_TEXT_CHARS: Final = 1000  # of one value
COLOUR_CODE: Final = re.compile(r"[A-Z]{2}[A-Z0-9]?\d{3,4}")


@dataclass(frozen=True)
class Page:
    """A page of a list.

    Attributes:
        items: by the names of the service; empty values are left out.
        total: how many rows the whole list has, as the service says.
    """

    items: tuple[dict[str, str], ...]
    total: int


def read_page(data: bytes) -> Page:
    """A page of a list, or one detail.

    Raises: PoliceError
    """
    root = _root(data)
    body = root.find("body")
    items = [] if body is None else body.findall("./items/item") + body.findall("./item")
    rows = tuple(row for row in map(_row, items) if row)
    total = _number(root.findtext("body/totalCount"))
    return Page(rows, len(rows) if total is None else total)


def read_codes(data: bytes) -> dict[str, str]:
    """Names by their codes, of the service for common codes.

    Its description has the two columns the wrong way round, so the value tells which one it is.

    Raises: PoliceError
    """
    codes = {}
    for item in read_page(data).items:
        code, name = item.get("commCd", ""), item.get("cdNm", "")
        if COLOUR_CODE.fullmatch(name) and not COLOUR_CODE.fullmatch(code):
            code, name = name, code
        if code:
            codes[code] = name
    return codes


def _root(data: bytes) -> Element:
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as refused:
        raise AnswerUnreadable("it has a DTD or entities") from refused
    except (ParseError, ValueError, LookupError) as error:
        raise AnswerUnreadable("it is no complete XML") from error
    if root.tag == GATEWAY:
        header = root.find("cmmMsgHeader")
        code = _text(header, "returnReasonCode")
        raise _problem(code, _text(header, "errMsg") or _text(header, "returnAuthMsg"))
    if root.tag != "response":
        raise AnswerUnreadable("it is not from the service")
    code = _text(root.find("header"), "resultCode")
    if code not in FINE | NO_DATA:
        message = _text(root.find("header"), "resultMsg") or _text(root.find("header"), "resultMag")
        raise _problem(code, message)
    return root


def _problem(code: str, message: str) -> PoliceError:
    # Only letters of the message: nothing of the request can come back through it.
    words = re.sub(r"[^A-Z_ ]", "", message.upper()).strip()[:60]
    detail = f"{code[:4] or 'no code'} {words}".strip()
    if code in QUOTA or "LIMITED_NUMBER" in words:
        return QuotaSpent(detail)
    if code in KEY:
        return KeyRefused(detail)
    if not code or code in TIMES:
        return AnswerUnreadable(detail)
    return RequestRefused(detail)


def _row(item: Element) -> dict[str, str]:
    values = {}
    for child in item:
        # Some values are escaped twice: "지갑 &amp;gt; 남성용 지갑".
        text = html.unescape((child.text or "").strip())[:MAX_TEXT_CHARS]
        if text:
            values[str(child.tag)] = text
    return values


def _text(parent: Element | None, name: str) -> str:
    return "" if parent is None else (parent.findtext(name) or "").strip()


def _number(text: str | None) -> int | None:
    digits = (text or "").strip()
    return int(digits) if digits.isdecimal() and len(digits) <= 9 else None
