"""What web processes and the finder say to each other: signed JSON over a local socket.

Must not import the encoder: web processes use this.
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
SECRET_ONLY: Final = 0o077  # umask of the socket: nobody but this user


@dataclass(frozen=True)
class Address:
    """Where the finder listens: a socket file, or a host and a port."""

    path: str = ""
    host: str = ""
    port: int = 0

    @property
    def bind(self) -> str:
        """As gunicorn takes it."""
        return f"unix:{self.path}" if self.path else f"{self.host}:{self.port}"

    def connection(self, timeout_s: float) -> HTTPConnection:
        """A connection that is made with the first request."""
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
    """Where web processes ask; None where searching by meaning is switched off."""
    return _address(matching_settings().finder)


def bind_address() -> Address | None:
    """Where this machine's worker lets a finder listen; None for nowhere."""
    current = matching_settings()
    return _address(current.finder_bind or current.finder)


def _address(given: str) -> Address | None:
    if given == OFF:
        return None
    if not given:
        return Address(path=_socket_path())
    host, _, port = given.rpartition(":")
    return Address(host=host, port=int(port))


def _socket_path() -> str:
    path = str(Path(settings.VAR_DIR).resolve() / SOCKET_NAME)
    if len(path.encode()) <= MAX_SOCKET_PATH:
        return path
    name = hashlib.sha256(path.encode()).hexdigest()[:16]
    return str(Path(gettempdir()) / f"lostfound-{name}.sock")


def signature(body: bytes) -> str:
    """Shows that whoever sends this knows the site's key."""
    return salted_hmac(SALT, body, algorithm="sha256").hexdigest()


def is_signed(body: bytes, given: str) -> bool:
    """Whether the signature is the body's."""
    return constant_time_compare(signature(body), given)


def packed(message: dict[str, Any]) -> bytes:
    """A message as bytes."""
    return json.dumps(message).encode()


def packed_vec(vec: Vec) -> str:
    """A vector as text. Shape: (dim,)"""
    return base64.b64encode(vec.astype("<f4").tobytes()).decode()


def unpacked_vec(text: str) -> Vec:
    """The vector of a text. Shape: (dim,)"""
    return np.frombuffer(base64.b64decode(text), dtype="<f4").astype(np.float32, copy=False)
