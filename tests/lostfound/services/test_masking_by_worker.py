"""A real worker masks a photograph, and then compares the masked one."""

import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.worker_site import ROOT, WorkerSite, worker_site

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(find_spec("rapidocr") is None, reason="needs the extra `mask`"),
]

# The machine may be busy: a task takes as long as it needs.
ENOUGH = {"TASK_TIMEOUT_S": "90", "MATCHING_LEASE_S": "180", "MATCHING_STALE_S": "120"}
SAVE = """
import django
django.setup()
from django.core.files.uploadedfile import SimpleUploadedFile
from lostfound.models import Category, User
from lostfound.services import submit_post
from tests.support.invented_cards import card_photograph

upload = SimpleUploadedFile("a.jpg", card_photograph(1, 600).jpeg, "image/jpeg")
wallet = Category.objects.get(code="wallet_long")
fields = {"title": "wallet", "category": wallet, "kept_note": "desk"}
author = User.objects.create(username="finder")
submit_post(author=author, kind="found", fields=fields, photos=[upload])
"""


@pytest.fixture
def site(tmp_path: Path, migrated: Path) -> Iterator[WorkerSite]:
    with worker_site(tmp_path, migrated, **ENOUGH) as made:
        yield made


def test_a_worker_masks_and_then_compares(site: WorkerSite) -> None:
    site.start_worker()
    subprocess.run(
        [sys.executable, "-c", SAVE], cwd=ROOT, env=site.environment, check=True, timeout=120
    )
    masked = "SELECT mask, upload_hash != content_hash FROM lostfound_photo"
    site.wait_for("the masked photograph", lambda: site.rows(masked) == [("masked", 1)])
    compared = (
        "SELECT COUNT(*) FROM matching_embedding e JOIN lostfound_photo p ON p.id = e.photo_id "
        "WHERE e.content_hash = p.content_hash"
    )
    site.wait_for("its embedding", lambda: site.rows(compared) == [(1,)])
    other = "SELECT COUNT(*) FROM matching_embedding WHERE modality = 'image'"
    assert site.rows(other) == [(1,)]  # the uploaded one never was
