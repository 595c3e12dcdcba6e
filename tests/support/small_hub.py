"""A model hub with one repository, with the HTTP API of the real one."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from tests.support.checkpoints import COMMIT, HUB_ID


class SmallHub(ThreadingHTTPServer):
    """Serves the files below a folder as the repository `campus/tiny-clip`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.fetched: list[str] = []  # files whose content was requested

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def serving(folder: Path) -> Iterator[SmallHub]:
    hub = SmallHub(folder)
    thread = Thread(target=hub.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        thread.join()
        hub.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: SmallHub

    def do_HEAD(self) -> None:
        self.answer(with_body=False)

    def do_GET(self) -> None:
        self.answer(with_body=True)

    def answer(self, with_body: bool) -> None:
        path = urlsplit(self.path).path
        content, headers = b"", {"X-Error-Code": "RepoNotFound"}
        status = 401
        if path.startswith(f"/api/models/{HUB_ID}"):
            status, headers = 200, {"Content-Type": "application/json"}
            described = self.tree() if "/tree/" in path else {"id": HUB_ID, "sha": COMMIT}
            content = json.dumps(described).encode()
        elif path.startswith(f"/{HUB_ID}/resolve/{COMMIT}/"):
            name = path.split(f"/resolve/{COMMIT}/")[1]
            content = (self.server.folder / name).read_bytes()
            status, headers = 200, {"ETag": f'"{_etag(name, content)}"', "X-Repo-Commit": COMMIT}
            if with_body:
                self.server.fetched.append(name)
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(content)

    def tree(self) -> list[dict[str, object]]:
        described = []
        for file in sorted(self.server.folder.rglob("*")):
            if file.is_file():
                name, content = file.relative_to(self.server.folder).as_posix(), file.read_bytes()
                oid = hashlib.sha1(content).hexdigest()
                entry: dict[str, object] = {"type": "file", "path": name, "oid": oid}
                entry["size"] = len(content)
                if _is_large(name):
                    lfs = {"oid": _etag(name, content), "size": len(content), "pointerSize": 134}
                    entry["lfs"] = lfs
                described.append(entry)
        return described

    def log_message(self, format: str, *args: object) -> None:
        pass


def _is_large(name: str) -> bool:
    return name.endswith((".safetensors", ".bin", ".onnx"))


def _etag(name: str, content: bytes) -> str:
    return hashlib.new("sha256" if _is_large(name) else "sha1", content).hexdigest()
