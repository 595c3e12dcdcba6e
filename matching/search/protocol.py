"""The protocol between web processes and the search process: signed JSON over a local socket.

Must not import the encoder, because web processes use it.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from socket import AF_UNIX, SOCK_STREAM, socket
from tempfile import gettempdir
from typing import Any, Final

import numpy as np
from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from matching.conf import matching_settings
from matching.core.vectors import Vec

SALT: Final = "matching.finder"
SIGNATURE: Final = "X-Signature"
MAX_BODY_BYTES: Final = 2 * 1024 * 1024
SOCKET_NAME: Final = "finder.sock"
MAX_SOCKET_PATH: Final = 100  # bytes; the kernel takes 108
OFF: Final = "off"
SECRET_ONLY: Final = 0o077  # umask of the socket: only this user may connect


@dataclass(frozen=True)
class Address:
    """Where the search process listens: a socket file, or a host and a port."""

    path: str = ""
    host: str = ""
    port: int = 0

    @property
    def bind(self) -> str:
        """The address in the form that gunicorn expects."""
        return f"unix:{self.path}" if self.path else f"{self.host}:{self.port}"

    def connection(self, timeout_s: float) -> HTTPConnection:
        """A connection that opens with its first request."""
        if self.path:
            return _SocketConnection(self.path, timeout_s)
        return HTTPConnection(self.host, self.port, timeout=timeout_s)


class _SocketConnection(HTTPConnection):
    """HTTP over a socket file."""

    def __init__(self, path: str, timeout_s: float) -> None:
        super().__init__("localhost", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        """See `HTTPConnection`."""
        self.sock = socket(AF_UNIX, SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def finder_address() -> Address | None:
    """Where web processes send searches; None if semantic search is switched off."""
    return _address(matching_settings().finder)


def bind_address() -> Address | None:
    """Where this machine's search process should listen; None if it should not run."""
    current = matching_settings()
    return _address(current.finder_bind or current.finder)


def _address(setting: str) -> Address | None:
    if setting == OFF:
        return None
    if not setting:
        return Address(path=_socket_path())
    host, _, port = setting.rpartition(":")
    return Address(host=host, port=int(port))


def _socket_path() -> str:
    path = str(Path(settings.VAR_DIR).resolve() / SOCKET_NAME)
    if len(path.encode()) <= MAX_SOCKET_PATH:
        return path
    name = hashlib.sha256(path.encode()).hexdigest()[:16]
    return str(Path(gettempdir()) / f"lostfound-{name}.sock")


def signature(body: bytes) -> str:
    """A signature that proves that the sender knows the site's key."""
    return salted_hmac(SALT, body, algorithm="sha256").hexdigest()


def is_signed(body: bytes, claimed: str) -> bool:
    """Whether the claimed signature belongs to the body."""
    return constant_time_compare(signature(body), claimed)


def packed(message: dict[str, Any]) -> bytes:
    """A message encoded as bytes."""
    return json.dumps(message).encode()


def packed_vec(vec: Vec) -> str:
    """A vector encoded as text. Shape: (dim,)"""
    return base64.b64encode(vec.astype("<f4").tobytes()).decode()


def unpacked_vec(text: str) -> Vec:
    """The vector that `packed_vec` encoded. Shape: (dim,)"""
    return np.frombuffer(base64.b64decode(text), dtype="<f4").astype(np.float32, copy=False)
