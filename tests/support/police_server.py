"""A server that answers as the police's open data do, well or in one of their many bad ways.

Recorded in shape only: every row is invented.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

KEY: Final = "decoded+key/with=signs"
COLOURS: Final = ("블랙(검정)", "화이트(흰)", "블루(파랑)", "레드(빨강)", "브라운(갈)", "")
THINGS: Final = (
    ("검정색 가죽 반지갑", "지갑 > 남성용 지갑"),
    ("흰색 무선 이어폰", "전자기기 > 무선이어폰"),
    ("남색 접이식 우산", "기타물품 > 기타"),
    ("파란색 백팩", "가방 > 기타가방"),
    ("학생증", "증명서 > 신분증"),
    ("아이폰 검정", "휴대폰 > 아이폰"),
)
IMAGE_HOST: Final = "https://minwon24.police.go.kr"
IMAGE_PATH: Final = (
    "/lost112/find/getOpenapiAttachFileImage/F2026112900000001/n/F2026112900000001/n.do"
)
LIST_OPERATIONS: Final = {
    "LosfundInfoInqireService/getLosfundInfoAccToClAreaPd": "F",
    "LosPtfundInfoInqireService/getPtLosfundInfoAccToClAreaPd": "V",
}
DETAIL_OPERATIONS: Final = {
    "LosfundInfoInqireService/getLosfundDetailInfo": "F",
    "LosPtfundInfoInqireService/getPtLosfundDetailInfo": "V",
}
CODES: Final = "CmmnCdService/getCmmnCd"
Answer = tuple[int, bytes]
Fault = Callable[["PoliceServer", int], Answer | None]


def wrapped(body: str, *, code: str = "00", message: str = "NORMAL SERVICE.") -> bytes:
    """The envelope of the service itself."""
    header = f"<header><resultCode>{code}</resultCode><resultMsg>{message}</resultMsg></header>"
    return f"<response>{header}<body>{body}</body></response>".encode()


def gateway(code: str, message: str) -> bytes:
    """The envelope of the gateway before it, which may come with any status."""
    return (
        "<OpenAPI_ServiceResponse><cmmMsgHeader><errMsg>SERVICE ERROR</errMsg>"
        f"<returnAuthMsg>{message}</returnAuthMsg><returnReasonCode>{code}</returnReasonCode>"
        "</cmmMsgHeader></OpenAPI_ServiceResponse>"
    ).encode()


def listed(rows: Sequence[dict[str, str]], total: int, number: int) -> bytes:
    """A page of a list."""
    items = "".join(f"<item>{_fields(row)}</item>" for row in rows)
    return wrapped(
        f"<items>{items}</items><numOfRows>{len(rows)}</numOfRows><pageNo>{number}</pageNo>"
        f"<totalCount>{total}</totalCount>"
    )


def thing(number: int, letter: str = "F", day: date | None = None) -> dict[str, str]:
    """An invented row of a list."""
    found_on = day or date.today() - timedelta(days=number % 30)
    title, class_name = THINGS[number % len(THINGS)]
    return {
        "atcId": f"{letter}{found_on:%Y%m%d}{number:08d}",
        "fdSn": "1",
        "fdPrdtNm": title,
        "fdSbjt": f"{title}({COLOURS[number % len(COLOURS)]})을 습득하여 보관하고 있습니다.",
        "prdtClNm": class_name,
        "clrNm": COLOURS[number % len(COLOURS)],
        "fdYmd": f"{found_on:%Y-%m-%d}",
        "depPlace": ("관악경찰서", "동작경찰서", "서울대입구역")[number % 3],
        "fdFilePathImg": "https://minwon24.police.go.kr/lost112/images/sub/img02_no_img.gif",
        "rnum": str(number),
    }


@dataclass
class PoliceServer:
    """The running server: what it lists, what it does wrong, and what it was asked.

    Attributes:
        rows: what is listed, by the letter of the numbers.
        faults: by page number (of lists), or by "detail".
    """

    url: str
    rows: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    faults: dict[int | str, Fault] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    image: bytes = b""

    def answer(self, path: str) -> Answer:
        """Status and body for a request."""
        url = urlsplit(path)
        operation = url.path.removeprefix("/1320000/")
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.asked.append((operation, query))
        if operation.startswith("/lost112/"):  # pictures need no key
            return (200, self.image) if self.image else (404, b"")
        if query.get("serviceKey") != KEY:
            return 403, gateway("30", "SERVICE_KEY_IS_NOT_REGISTERED_ERROR")
        if operation in LIST_OPERATIONS:
            return self._list(LIST_OPERATIONS[operation], query)
        if operation in DETAIL_OPERATIONS:
            return self._detail(DETAIL_OPERATIONS[operation], query)
        if operation == CODES:  # the description says it the other way round
            rows = [
                {"commCd": "CL1002", "cdNm": "블랙(검정)"},
                {"commCd": "CL1043", "cdNm": "블랙(검정)"},
            ]
            return 200, listed(rows, len(rows), 1)
        return 404, b"<html>not found</html>"

    def _list(self, letter: str, query: dict[str, str]) -> Answer:
        if len(query.get("START_YMD", "")) != 8 or len(query.get("END_YMD", "")) != 8:
            return 200, gateway("04", "HTTP_ERROR")
        if not query.get("numOfRows", "").isdecimal():
            return 200, wrapped("", code="99", message="UNKNOWN ERROR")
        number, size = int(query["pageNo"]), int(query["numOfRows"])
        fault = self.faults.get(number)
        if fault is not None and (answer := fault(self, number)) is not None:
            return answer
        rows = self.rows.get(letter, [])
        if not query["N_FD_LCT_CD"].endswith("000"):  # a district never answers with anything
            rows = []
        return 200, listed(rows[(number - 1) * size : number * size], len(rows), number)

    def _detail(self, letter: str, query: dict[str, str]) -> Answer:
        if "FD_SN" not in query:
            return 200, gateway("04", "HTTP_ERROR")
        fault = self.faults.get("detail")
        if fault is not None and (answer := fault(self, 0)) is not None:
            return answer
        for row in self.rows.get(letter, []):
            if (row["atcId"], row["fdSn"]) == (query["ATC_ID"], query["FD_SN"]):
                more = {
                    "orgNm": f"서울{row['depPlace']}",
                    "tel": "02-870-0000",
                    "fdPlace": "노상",
                    "fdHor": "14",
                    "csteSteNm": row.get("_status", "보관중"),
                }
                shown = {name: row[name] for name in ("atcId", "fdSn", "fdPrdtNm", "fdYmd")}
                return 200, wrapped(f"<item>{_fields(shown | more)}</item>")
        return 200, wrapped("")


@contextmanager
def police_server() -> Iterator[PoliceServer]:
    """A server on a free port, without any rows."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server = PoliceServer(f"http://127.0.0.1:{http.server_address[1]}/1320000/")
    http.police = server  # type: ignore[attr-defined]
    thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server: Any = self.server
        status, body = server.police.answer(self.path)
        self.send_response(status)
        self.send_header("Content-Type", "application/xml;charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        if 300 <= status < 400:
            self.send_header("Location", "/1320000/elsewhere")
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            return  # the client had enough

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the address holds the key."""


def always(status: int, body: bytes) -> Fault:
    """The same answer whenever it is asked."""
    return lambda server, number: (status, body)


def once(status: int, body: bytes) -> Fault:
    """A bad answer for the first time, and the right one afterwards."""
    left = [(status, body)]
    return lambda server, number: left.pop() if left else None


def slow(seconds: float) -> Fault:
    """Too late."""

    def wait(server: PoliceServer, number: int) -> None:
        time.sleep(seconds)

    return wait


def _fields(row: dict[str, str]) -> str:
    return "".join(
        f"<{name}>{escape(value)}</{name}>" for name, value in row.items() if name[0] != "_"
    )
