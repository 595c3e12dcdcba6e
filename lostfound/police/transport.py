"""One GET with limits on time and size. Follows no redirect and uses no proxy."""

import http.client
import ssl
import time
from typing import Final
from urllib.parse import urlsplit

from lostfound.police.errors import AnswerUnreadable

CHUNK_BYTES: Final = 64 * 1024


def get(
    base_url: str, path: str, *, accept: str, timeout_s: float, most_bytes: int
) -> tuple[int, bytes]:
    """Status and body of an answer.

    Args:
        path: with its query; it may hold a key, so no error has it.
        timeout_s: for the whole answer.

    Raises:
        AnswerUnreadable: it is too large, too late or cut off, or there is none.
    """
    url = urlsplit(base_url)
    deadline_s = time.monotonic() + timeout_s
    try:
        connection = _connection(url.scheme, url.hostname or "", url.port, timeout_s)
        try:
            connection.request("GET", path, headers={"Accept": accept})
            with connection.getresponse() as response:
                return response.status, _read(response, deadline_s, most_bytes)
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        # Without its cause: that may hold the address, and the address holds the key.
        raise AnswerUnreadable(type(error).__name__) from None


def _connection(
    scheme: str, host: str, port: int | None, timeout_s: float
) -> http.client.HTTPConnection:
    if scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=timeout_s, context=context)
    return http.client.HTTPConnection(host, port, timeout=timeout_s)


def _read(response: http.client.HTTPResponse, deadline_s: float, most_bytes: int) -> bytes:
    parts, size = [], 0
    while chunk := response.read1(CHUNK_BYTES):
        parts.append(chunk)
        size += len(chunk)
        if size > most_bytes:
            raise AnswerUnreadable("it is too large")
        if time.monotonic() > deadline_s:
            raise TimeoutError
    expected = response.getheader("Content-Length", "")
    if expected.isdecimal() and size < int(expected):
        raise http.client.IncompleteRead(b"")
    return b"".join(parts)
