"""Exporting a site as an anonymous benchmark file with confirmed matches as true pairs."""

from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from lostfound.services import close_post
from matching.evaluation.dataset import BenchmarkDataset
from matching.models import Match
from matching.services import confirm_match, match_post
from tests.support.builders import make_post
from tests.support.factories import BuildingFactory, CategoryFactory, StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def export(path: Path) -> str:
    output = StringIO()
    call_command("export_dataset", str(path), stdout=output)
    return output.getvalue()


def test_confirmed_matches_become_true_pairs(fake_encoder: Any, tmp_path: Path) -> None:
    category, building = CategoryFactory.create(), BuildingFactory.create()
    facts = {"title": "blue umbrella yellow ribbon", "category": category, "building": building}
    other = make_post(kind="lost", title="red wallet")
    unread = make_post(kind="lost", title="потерян кошелёк")  # the encoder cannot read it
    lost = make_post(kind="lost", photos=1, **facts)
    found = make_post(kind="found", photos=2, kept_note="desk", **facts)
    gone = make_post(kind="found", title="green cup", kept_note="desk")
    for post in (other, unread, lost, found, gone):
        assert match_post(post.pk) == "matched"
    close_post(gone, actor=gone.author)
    confirm_match(Match.objects.get(lost=lost, found=found), actor=StaffFactory.create())
    path = tmp_path / "site.npz"
    assert "2 lost, 1 found, 1 confirmed pairs" in export(path)
    dataset = BenchmarkDataset.load(path)
    assert (dataset.pair_lost.tolist(), dataset.pair_found.tolist()) == ([1], [0])
    assert np.isnan(dataset.image_lost[0]).all() and not np.isnan(dataset.image_lost[1]).any()
    first = found.photos.order_by("position")[0].embeddings.get().vec
    assert np.allclose(dataset.image_found[0], first, atol=1e-6)  # the cover
    assert (
        dataset.category_lost[0] == -1
        and dataset.category_lost[1] == dataset.category_found[0] >= 0
    )
    assert dataset.place_lost.tolist() == [-1, 0] and dataset.place_found.tolist() == [0]
    assert lost.happened_on is not None
    assert dataset.day_lost[1] == lost.happened_on.toordinal()
    content = path.read_bytes()
    assert b"umbrella" not in content and lost.author.username.encode() not in content
    call_command("evaluate_matching", "--dataset", str(path), stdout=StringIO())


def test_a_site_without_anything_is_written_and_says_so(fake_encoder: Any, tmp_path: Path) -> None:
    assert "No match is confirmed yet" in export(tmp_path / "empty.npz")
    assert len(BenchmarkDataset.load(tmp_path / "empty.npz").text_lost) == 0


@pytest.mark.parametrize("name", ["site.csv", "no/such/folder/site.npz"])
def test_an_impossible_file_is_reported(fake_encoder: Any, tmp_path: Path, name: str) -> None:
    with pytest.raises(CommandError, match="site"):
        export(tmp_path / name)
