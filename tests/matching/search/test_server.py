"""The search process: its responses, who may query it, and its restart."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from matching.conf import matching_settings
from matching.core.filters import SearchFilters
from matching.core.vectors import PhotoVec
from matching.encoders.base import EncoderUnavailable
from matching.search import client, server, server_handlers
from matching.search.client import FinderAway, embed_photo, find_things, is_there
from matching.search.forms import SearchForm
from matching.search.protocol import SIGNATURE, finder_address, packed, signature
from tests.support.factories import CategoryFactory
from tests.support.pipeline import WORDS, found, matched
from tests.support.worker_site import WorkerSite, worker_site


@pytest.fixture(autouse=True)
def same_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """A separate process checks its connections before each request; here they hold the test's
    own transaction."""
    monkeypatch.setattr(server, "close_old_connections", lambda: None)


@pytest.fixture
def wired(monkeypatch: pytest.MonkeyPatch) -> None:
    """The application of the search process, called without a socket."""

    def ask(question: dict[str, Any], *_args: Any) -> dict[str, Any]:
        status, answer = call(packed(question))
        if status != 200:
            raise FinderAway(str(answer["error"]))
        return answer

    monkeypatch.setattr(client, "_ask", ask)


def call(body: bytes, claimed: str | None = None) -> tuple[int, dict[str, Any]]:
    """One request to the WSGI application."""
    import io

    statuses: list[str] = []
    environ = {
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        server.SIGNATURE_KEY: signature(body) if claimed is None else claimed,
    }
    chunks = server.application(environ, lambda status, _headers: statuses.append(status))
    return int(statuses[0].split()[0]), json.loads(b"".join(chunks))


@pytest.mark.django_db
def test_words_find_what_they_mean_under_the_facts_that_are_wanted(
    fake_encoder: Any, wired: None
) -> None:
    category = CategoryFactory.create()
    there, plain = found(category=category), found()
    other = found(title="totally different")
    matched()  # lost posts are not searched
    hits = find_things(WORDS, None, SearchFilters())
    assert {hits[0].post_id, hits[1].post_id} == {there.pk, plain.pk}
    assert all(hit.bits > 0 for hit in hits)
    assert other.pk not in {hit.post_id for hit in hits[:2]}
    only = find_things(WORDS, None, SearchFilters(categories=frozenset({category.code})))
    assert [hit.post_id for hit in only] == [there.pk]


@pytest.mark.django_db
def test_a_photograph_finds_its_like(fake_encoder: Any, wired: None) -> None:
    there = found(photos=1)
    with there.photos.get().thumbnail.open() as file:
        seen = embed_photo(file.read())
    assert seen.fingerprint == "fake-32" and seen.vec.shape == (32,)
    assert np.linalg.norm(seen.vec) == pytest.approx(1.0, abs=1e-5)
    assert find_things("", seen, SearchFilters())[0].post_id == there.pk
    # A photograph embedded by another encoder is ignored.
    assert find_things("", PhotoVec("another", seen.vec), SearchFilters()) == []


@pytest.mark.django_db
def test_only_signed_requests_are_answered(fake_encoder: Any) -> None:
    body = packed({"do": "find", "text": WORDS})
    assert call(body, "wrong")[0] == 403
    assert call(body + b" ", signature(body))[0] == 403
    assert call(b"")[0] == 400
    assert call(packed({"do": "sing"}))[0] == 400
    assert call(packed({"do": "embed", "photo": "bm8gcGhvdG8="}))[0] == 400
    assert call(b"[]")[0] == call(b"no json")[0] == 400
    assert call(packed({"do": "ping"})) == (200, {"fingerprint": "fake-32"})


@pytest.mark.django_db
def test_without_an_encoder_it_says_so(fake_encoder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> Any:
        raise EncoderUnavailable("no model")

    monkeypatch.setattr(server_handlers, "get_encoder", away)
    assert call(packed({"do": "find", "text": WORDS})) == (503, {"error": "no model"})


def test_a_missing_search_process_is_noticed_at_once(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    settings.MATCHING = {**settings.MATCHING, "FINDER": ""}
    started = time.monotonic()
    with pytest.raises(FinderAway):
        find_things("우산", None, SearchFilters())
    assert time.monotonic() - started < 1.0
    settings.MATCHING = {**settings.MATCHING, "FINDER": "off"}
    with pytest.raises(FinderAway, match="switched off"):
        find_things("우산", None, SearchFilters())


def test_a_long_path_gets_a_shorter_socket(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path / ("a" * 60) / ("b" * 60)
    settings.MATCHING = {**settings.MATCHING, "FINDER": ""}
    address = finder_address()
    assert address is not None and len(address.path.encode()) <= 100
    settings.MATCHING = {**settings.MATCHING, "FINDER": "worker:8765"}
    assert finder_address().bind == "worker:8765"  # type: ignore[union-attr]
    for wrong in ("worker", "worker:", ":8765x", "worker:http"):
        settings.MATCHING = {**settings.MATCHING, "FINDER": wrong}
        with pytest.raises(ImproperlyConfigured):
            matching_settings()


@pytest.mark.django_db
def test_the_form_takes_what_the_index_knows() -> None:
    form = SearchForm({"q": " a  b ", "since": "2026-03-09", "until": "2026-03-02"})
    assert not form.is_valid() and "until" in form.errors
    assert form.cleaned_data["q"] == "a b"
    assert set(SearchForm({"q": "a\x00b", "category": "?"}).errors) == {"q", "category"}


def test_the_header_is_what_the_server_reads() -> None:
    assert "HTTP_" + SIGNATURE.replace("-", "_").upper() == server.SIGNATURE_KEY


# --- As a process ---


@pytest.fixture
def site(tmp_path: Path, migrated: Path) -> Iterator[WorkerSite]:
    with worker_site(tmp_path, migrated, MATCHING_FINDER="", SECRET_KEY="k" * 60) as made:
        yield made


@pytest.mark.processes
def test_the_worker_starts_a_search_process_and_restarts_a_killed_one(
    site: WorkerSite, settings: Settings
) -> None:
    settings.VAR_DIR = Path(site.environment["VAR_DIR"])
    settings.SECRET_KEY = site.environment["SECRET_KEY"]
    settings.MATCHING = {**settings.MATCHING, "FINDER": ""}
    worker = site.start_worker()
    address = finder_address()
    assert address is not None
    first = wait_for_pid(address, site)
    for pid in first:
        os.kill(pid, signal.SIGKILL)
    second = wait_for_pid(address, site, but=first)
    assert not set(first) & set(second)
    worker.terminate()
    assert worker.wait(60) == 0
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in second):
        assert time.monotonic() < deadline, "a search process outlived its worker"
        time.sleep(0.1)


def wait_for_pid(address: Any, site: WorkerSite, but: list[int] | None = None) -> list[int]:
    """The processes of the search process, once it answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        pids = [pid for pid in finder_pids(site) if pid not in (but or [])]
        if pids and is_there(address, 1.0):
            return pids
        time.sleep(0.2)
    raise AssertionError("no search process answers")


def finder_pids(site: WorkerSite) -> list[int]:
    """Every process of this site's search process."""
    mark = f"VAR_DIR={site.environment['VAR_DIR']}".encode()
    found_pids = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            if b"runfinder" in command and mark in (folder / "environ").read_bytes():
                found_pids.append(int(folder.name))
        except OSError:
            continue
    return found_pids
