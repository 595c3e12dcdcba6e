"""The search process: gunicorn with one worker, which holds the encoder and the index.

Loads the encoder, so only `manage.py runfinder` imports it.
"""

import json
import logging
import os
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, Final

from django.db import close_old_connections
from gunicorn.app.base import BaseApplication

from matching.encoders.base import EncoderUnavailable
from matching.index import IndexUnavailable
from matching.search.protocol import (
    MAX_BODY_BYTES,
    SECRET_ONLY,
    SIGNATURE,
    Address,
    is_signed,
    packed,
)
from matching.search.server_handlers import BadQuestion, answer, warm_up

logger = logging.getLogger(__name__)

THREADS: Final = 4
HUNG_AFTER_S: Final = 60  # the first read of a large index takes a while
SIGNATURE_KEY: Final = "HTTP_" + SIGNATURE.upper().replace("-", "_")

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """WSGI application that answers one signed question."""
    close_old_connections()
    try:
        status, message = _response(environ)
    finally:
        close_old_connections()
    body = packed(message)
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response(f"{status.value} {status.phrase}", headers)
    return [body]


def _response(environ: dict[str, Any]) -> tuple[HTTPStatus, dict[str, Any]]:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if not 0 < length <= MAX_BODY_BYTES:
        return HTTPStatus.BAD_REQUEST, {"error": "length"}
    body = environ["wsgi.input"].read(length)
    if not is_signed(body, environ.get(SIGNATURE_KEY, "")):
        return HTTPStatus.FORBIDDEN, {"error": "signature"}
    try:
        return HTTPStatus.OK, answer(json.loads(body))
    except (EncoderUnavailable, IndexUnavailable) as error:
        return HTTPStatus.SERVICE_UNAVAILABLE, {"error": str(error)}
    except (BadQuestion, KeyError, ValueError) as error:
        return HTTPStatus.BAD_REQUEST, {"error": str(error)}
    except Exception:
        logger.exception("A search failed")
        return HTTPStatus.INTERNAL_SERVER_ERROR, {"error": "see the log"}


class FinderServer(BaseApplication):  # type: ignore[misc]
    """Gunicorn with its settings in code, bound to an address."""

    def __init__(self, address: Address) -> None:
        self._address = address
        super().__init__()

    def load_config(self) -> None:
        """See gunicorn."""
        for name, value in {
            "bind": self._address.bind,
            "workers": 1,
            "worker_class": "gthread",
            "threads": THREADS,
            "timeout": HUNG_AFTER_S,
            "umask": SECRET_ONLY,
            "proc_name": "finder",
            "loglevel": "warning",
            "post_worker_init": _begin_warm_up,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Callable[..., Iterable[bytes]]:
        """See gunicorn."""
        return application


def _begin_warm_up(_worker: Any) -> None:
    threading.Thread(target=_warm_up, daemon=True).start()


def _warm_up() -> None:
    try:
        warm_up()
        logger.info("The search process is ready (process %s)", os.getpid())
    except (EncoderUnavailable, IndexUnavailable) as error:
        logger.warning("Semantic search is not available yet. %s", error)
    except Exception:
        logger.exception("The search process could not warm up")
    finally:
        close_old_connections()
