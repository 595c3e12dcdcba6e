"""A client generated from the schema does what a mobile developer would start with."""

import importlib
import os
import subprocess
import sys
import time
import uuid
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.support.drawings import draw_bag
from tests.support.paths import SCHEMA
from tests.support.remote_device import DEADLINE_S, Device

PACKAGE = "campus_client"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Import a module of the client, which was generated with nothing left out."""
    folder = tmp_path_factory.mktemp("generated")
    beside = Path(sys.executable).parent
    config = folder / "config.yml"
    config.write_text("content_type_overrides:\n  image/svg+xml: text/plain\n")  # of labels
    done = subprocess.run(
        [
            *(beside / "openapi-python-client", "generate", "--path", SCHEMA),
            *("--output-path", folder / PACKAGE, "--meta", "none", "--fail-on-warning"),
            *("--config", config),
        ],
        capture_output=True,
        text=True,
        env=os.environ | {"PATH": f"{beside}:{os.environ['PATH']}"},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    yield lambda name: importlib.import_module(f"{PACKAGE}.{name}")
    sys.path.remove(str(folder))


@pytest.fixture
def loser(staff: Device) -> Device:
    """A student with an app; the things that wait for an owner are there already."""
    return Device(staff.url).sign_in("loser")


def client_of(generated: Any, device: Device) -> Any:
    return generated("client").AuthenticatedClient(
        device.url, token=device.token, auth_header_name="X-Session-Token", prefix=""
    )


def test_it_posts_once_waits_and_reads_its_suggestions(generated: Any, loser: Device) -> None:
    posts, kinds = _posts(generated), generated("models.post_kind_enum").PostKindEnum
    umbrella = generated("models.new_post_in_request").NewPostInRequest(
        kind=kinds.LOST,
        title="파란 우산",
        description="도서관에 두고 왔어요",
        category="umbrella",
        colour=generated("models.colour_enum").ColourEnum.BLUE,
        building="central_library",
    )
    key = str(uuid.uuid4())
    with client_of(generated, loser) as client:
        made = posts("create").sync(client=client, body=umbrella, idempotency_key=key)
        again = posts("create").sync(client=client, body=umbrella, idempotency_key=key)
        assert again.id == made.id and made.title == "파란 우산" and made.office is None
        deadline = time.monotonic() + DEADLINE_S
        while (state := posts("matching").sync(made.id, client=client)).is_waiting:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert state.status == "done" and state.suggestion_count >= 1
        suggestions = posts("suggestions").sync(made.id, client=client)
        assert len(suggestions) == state.suggestion_count
        # Not necessarily the first: somebody else has lost the same umbrella.
        (umbrella,) = [one for one in suggestions if one.post.title == "우산 파란색"]
        assert umbrella.post.thumbnail_url is None and umbrella.answer is None


def test_it_sends_a_photograph(generated: Any, loser: Device, tmp_path: Path) -> None:
    posts, types = _posts(generated), generated("types")
    picture = draw_bag(tmp_path / "bag.jpg", "#23305f").read_bytes()
    bag = generated("models.new_post_with_photos_in_request").NewPostWithPhotosInRequest(
        kind=generated("models.post_kind_enum").PostKindEnum.LOST,
        title="남색 손가방",
        photos=[types.File(BytesIO(picture), "bag.jpg", "image/jpeg")],
    )
    with client_of(generated, loser) as client:
        made = posts("create").sync(client=client, body=bag)
        assert [photo.width_px > 0 for photo in made.photos] == [True]
        assert made.category is None and made.colour == ""


def test_it_reads_what_was_refused(generated: Any, loser: Device) -> None:
    problem = generated("models.problem").Problem
    nobody = generated("client").Client(loser.url)
    with nobody as client:
        refused = _posts(generated)("list").sync_detailed(client=client)
    assert refused.status_code == 401
    assert isinstance(refused.parsed, problem) and refused.parsed.code == "not_authenticated"


def _posts(generated: Any) -> Any:
    def operation(name: str) -> ModuleType:
        module: ModuleType = generated(f"api.posts.posts_{name}")
        return module

    return operation
