"""Asks the police's service, with limits on time and size. The key leaves this module only by wire.

Follows no redirect and uses no proxy; an exception names the operation, never the address.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode, urlsplit

from lostfound.police.errors import AnswerUnreadable, KeyRefused, PoliceError, QuotaSpent
from lostfound.police.parsing import Page, read_codes, read_page
from lostfound.police.transport import get

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
        query = urlencode({"serviceKey": self.key, **parameters})
        status, body = get(
            self.base_url,
            f"{urlsplit(self.base_url).path.rstrip('/')}/{operation}?{query}",
            accept="application/xml",
            timeout_s=self.timeout_s,
            most_bytes=MAX_ANSWER_BYTES,
        )
        return _checked(status, body)


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
