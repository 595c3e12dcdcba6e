"""Asks the police's service, with limits on time and size. The key leaves this module only by wire.

Follows no redirect and uses no proxy; an exception names the operation, never the address.
"""

import http.client
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode, urlsplit

from lostfound.police.errors import AnswerUnreadable, KeyRefused, PoliceError, QuotaSpent
from lostfound.police.parsing import Page, read_codes, read_page

POLICE, INSTITUTION = "police", "institution"
LISTS: Final = {
    POLICE: "LosfundInfoInqireService/getLosfundInfoAccToClAreaPd",
    INSTITUTION: "LosPtfundInfoInqireService/getPtLosfundInfoAccToClAreaPd",
}
DETAILS: Final = {
    POLICE: "LosfundInfoInqireService/getLosfundDetailInfo",
    INSTITUTION: "LosPtfundInfoInqireService/getPtLosfundDetailInfo",
}
CODES: Final = "CmmnCdService/getCmmnCd"
COLOURS: Final = "색상코드"
TIMEOUT_S: Final = 20.0  # for the whole answer
MAX_ANSWER_BYTES: Final = 5 * 1024 * 1024
CHUNK_BYTES: Final = 64 * 1024
TRIES: Final = 3
BACKOFF_S: Final = 2.0  # before the second try; doubled before each further one


@dataclass(frozen=True)
class PoliceClient:
    """The service at an address.

    Attributes:
        base_url: ends before the names of the services.
        key: as it is issued, decoded; encoded once, here.
    """

    base_url: str
    key: str = field(repr=False)
    timeout_s: float = TIMEOUT_S
    backoff_s: float = BACKOFF_S

    def page(
        self, service: str, region: str, first: date, last: date, *, number: int, rows: int
    ) -> Page:
        """A page of what was found in a region between two days.

        Raises: PoliceError
        """
        parameters = {
            "START_YMD": f"{first:%Y%m%d}",
            "END_YMD": f"{last:%Y%m%d}",
            "N_FD_LCT_CD": region,
            "pageNo": str(number),
            "numOfRows": str(rows),
        }
        return self._asked(LISTS[service], parameters)

    def detail(self, service: str, atc_id: str, fd_sn: int) -> dict[str, str] | None:
        """What the service says about one thing; None if it no longer knows it.

        Raises: PoliceError
        """
        page = self._asked(DETAILS[service], {"ATC_ID": atc_id, "FD_SN": str(fd_sn)})
        return page.items[0] if page.items else None

    def codes(self, group: str = COLOURS) -> dict[str, str]:
        """Names of a group of codes, by the codes.

        Raises: PoliceError
        """
        return read_codes(self._answer(CODES, {"GRP_NM": group}))

    def _asked(self, operation: str, parameters: Mapping[str, str]) -> Page:
        """Repeats what may get better; everything else is raised at once."""
        for attempt in range(1, TRIES + 1):
            try:
                return read_page(self._answer(operation, parameters))
            except AnswerUnreadable:
                if attempt == TRIES:
                    raise
                time.sleep(self.backoff_s * 2 ** (attempt - 1))
        raise AssertionError("unreachable")

    def _answer(self, operation: str, parameters: Mapping[str, str]) -> bytes:
        url = urlsplit(self.base_url)
        query = urlencode({"serviceKey": self.key, **parameters})
        path = f"{url.path.rstrip('/')}/{operation}?{query}"
        deadline = time.monotonic() + self.timeout_s
        try:
            connection = self._connection(url.scheme, url.hostname or "", url.port)
            try:
                connection.request("GET", path, headers={"Accept": "application/xml"})
                with connection.getresponse() as response:
                    body = _read(response, deadline)
                    status = response.status
            finally:
                connection.close()
        except (OSError, http.client.HTTPException, ValueError) as error:
            # Without its cause: that may hold the address, and the address holds the key.
            why = type(error).__name__
            raise AnswerUnreadable(f"{operation.rpartition('/')[2]}: {why}") from None
        return _checked(status, body)

    def _connection(self, scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
        if scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, timeout=self.timeout_s, context=context)
        return http.client.HTTPConnection(host, port, timeout=self.timeout_s)


def _read(response: http.client.HTTPResponse, deadline: float) -> bytes:
    parts, size = [], 0
    while chunk := response.read1(CHUNK_BYTES):
        parts.append(chunk)
        size += len(chunk)
        if size > MAX_ANSWER_BYTES:
            raise AnswerUnreadable("it is too large")
        if time.monotonic() > deadline:
            raise TimeoutError
    expected = response.getheader("Content-Length", "")
    if expected.isdecimal() and size < int(expected):
        raise http.client.IncompleteRead(b"")
    return b"".join(parts)


def _checked(status: int, body: bytes) -> bytes:
    """The body of an answer whose status is no error; errors in the body are found later."""
    if status == HTTPStatus.OK:
        return body
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise QuotaSpent("HTTP 429")
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        try:
            read_page(body)  # the gateway says which of its reasons it is
        except QuotaSpent:
            raise
        except PoliceError as error:
            raise KeyRefused(f"HTTP {status} {error.detail}") from None
        raise KeyRefused(f"HTTP {status}")
    raise AnswerUnreadable(f"HTTP {status}")
