"""A running site with a worker, and the device of somebody with all permissions."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.remote_device import DEADLINE_S, Device
from tests.support.running_site import Site, running_site

PAIRS = 12
POLL_S = 0.2
ENOUGH = 8  # of them wait when the requests begin


@pytest.fixture(scope="session")
def site(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The product, with a limit on posts that does not interfere."""
    folder = tmp_path_factory.mktemp("contract")
    with running_site(folder, migrated, POSTS_PER_HOUR="100000") as started:
        yield started


@pytest.fixture(scope="session")
def staff(site: Site) -> Device:
    """Somebody with posts of their own, which are pairs that wait for their review."""
    device, colleague = (Device(site.url).sign_in(name) for name in ("staff", "second"))
    for family in device.ask("GET", "/api/v1/categories/")[:PAIRS]:
        thing = family["categories"][0]
        fields = {"category": thing["code"], "colour": "blue", "building": "central_library"}
        lost = {"kind": "lost", "title": f"파란 {thing['name_ko']}", **fields}
        device.ask("POST", "/api/v1/posts/", lost)
        found = {"title": f"{thing['name_ko']} 파란색", "kept_note": "경비실", **fields}
        colleague.ask("POST", "/api/v1/office/posts/", found)
    deadline = time.monotonic() + DEADLINE_S
    while device.ask("POST", "/api/v1/review/next/")["left"] < ENOUGH:
        assert time.monotonic() < deadline, (site.folder / "worker.log").read_text()
        time.sleep(POLL_S)
    return device
