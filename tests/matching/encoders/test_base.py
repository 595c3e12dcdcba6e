"""Loading the encoder, its fingerprint, and web processes that never import torch."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from matching.conf import BUNDLED_FOLDER, MatchingSettings, matching_settings
from matching.encoders import base, checkpoint
from matching.encoders.checkpoint import EncoderUnavailable, checkpoint_fingerprint
from tests.support import checkpoints
from tests.support.fake_encoder import FakeEncoder

FAKE = "tests.support.fake_encoder.FakeEncoder"


@pytest.fixture(autouse=True)
def fresh_encoder() -> Iterator[None]:
    base.forget_encoder()
    yield
    base.forget_encoder()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files that look like a checkpoint; nothing here loads them."""
    made = tmp_path / "model"
    made.mkdir()
    (made / "config.json").write_text('{"model_type": "clip"}')
    (made / "tokenizer.json").write_text("{}")
    (made / "model.safetensors").write_bytes(b"weights")
    return made


def use(settings: Any, **values: Any) -> MatchingSettings:
    settings.MATCHING = {
        key: value for key, value in settings.MATCHING.items() if key != "STRATEGY"
    } | values
    return matching_settings()


# --- One encoder for each process ---


def test_the_encoder_is_loaded_once_and_again_for_other_settings(settings: Any) -> None:
    use(settings, ENCODER=FAKE)
    first = base.get_encoder()
    assert base.get_encoder() is first
    assert base.current_fingerprint() == first.fingerprint == "fake-32"
    use(settings, ENCODER="tests.support.fake_encoder.OtherFakeEncoder")
    assert base.get_encoder() is not first
    assert base.current_fingerprint() == "fake-32-other"


@pytest.mark.parametrize("path", ["matching.nowhere.Encoder", "matching.conf.Nobody"])
def test_a_wrong_encoder_path_names_its_setting(settings: Any, path: str) -> None:
    use(settings, ENCODER=path)
    with pytest.raises(EncoderUnavailable, match=r'MATCHING\["ENCODER"\].*MATCHING_ENCODER'):
        base.get_encoder()


# --- Location of a checkpoint ---


def test_bundled_names_the_folder_that_ships_with_the_project(
    settings: Any, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    assert BUNDLED_FOLDER.parent == Path(base.__file__).parents[1] / "bundled"
    monkeypatch.setattr(checkpoint, "BUNDLED_FOLDER", folder)
    assert checkpoint.checkpoint_folder(use(settings, MODEL="bundled")) == folder


def test_a_relative_folder_counts_from_the_project(settings: Any, folder: Path) -> None:
    settings.BASE_DIR = folder.parent
    assert checkpoint.checkpoint_folder(use(settings, MODEL="model")) == folder


@pytest.mark.parametrize("revision", ["", "main", checkpoints.COMMIT])
def test_a_hub_id_is_found_in_the_cache(
    settings: Any, folder: Path, tmp_path: Path, revision: str
) -> None:
    snapshot = checkpoints.put_into_hub_cache(folder, tmp_path / "hub")
    current = use(
        settings, MODEL=checkpoints.HUB_ID, CACHE_DIR=str(tmp_path / "hub"), REVISION=revision
    )
    assert checkpoint.checkpoint_folder(current) == snapshot
    # The same files give the same fingerprint wherever they lie.
    assert checkpoint_fingerprint(current, snapshot) == checkpoint_fingerprint(current, folder)


@pytest.mark.parametrize(
    "model",
    ["campus/never-downloaded", "nowhere", "/nowhere/at/all", "~/nowhere", "a/b/c", "-x/..y", "가"],
)
def test_a_missing_model_says_which_setting_to_change(
    settings: Any, tmp_path: Path, model: str
) -> None:
    use(settings, MODEL=model, CACHE_DIR=str(tmp_path))
    for ask in (base.current_fingerprint, base.get_encoder):
        with pytest.raises(EncoderUnavailable) as error:
            ask()
        for hint in ('MATCHING["MODEL"]', "MATCHING_MODEL", "download_model", model):
            assert hint in str(error.value)


# --- Fingerprints ---


def test_the_fingerprint_is_short_and_stays(settings: Any, folder: Path) -> None:
    use(settings, MODEL=str(folder))
    first = base.current_fingerprint()
    base.forget_encoder()
    assert base.current_fingerprint() == first
    assert first.startswith("clip-")
    assert len(first) <= 80


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_everything_that_determines_a_vector_changes_the_fingerprint(
    settings: Any, folder: Path, name: str
) -> None:
    use(settings, MODEL=str(folder))
    first = base.current_fingerprint()
    before = (folder / name).read_bytes()
    (folder / name).write_bytes(before.replace(b"}", b" }") if b"}" in before else b"other w")
    assert base.current_fingerprint() != first


def test_another_preparation_changes_the_fingerprint(
    settings: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    current = use(settings, MODEL=str(folder))
    first = checkpoint_fingerprint(current, folder)
    monkeypatch.setattr(checkpoint, "PREPARATION", "next")
    assert checkpoint_fingerprint(current, folder) != first


def test_location_and_device_do_not_change_the_fingerprint(settings: Any, folder: Path) -> None:
    current = use(settings, MODEL=str(folder))
    (folder / "README.md").write_text("A model card.")
    elsewhere = Path(shutil.copytree(folder, folder.parent / "copy"))
    other = replace(current, device="cuda", precision="bf16", threads=7, model=str(elsewhere))
    assert checkpoint_fingerprint(other, elsewhere) == checkpoint_fingerprint(current, folder)


def test_large_files_are_read_once(
    settings: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    current = use(settings, MODEL=str(folder))
    opened: list[str] = []
    true_open = Path.open

    def counting_open(self: Path, *args: Any, **kwargs: Any) -> Any:
        opened.append(self.name)
        return true_open(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", counting_open)
    for _ in range(3):
        checkpoint_fingerprint(current, folder)
    assert opened.count("model.safetensors") == 1


def test_weights_in_the_hub_cache_are_not_read_at_all(
    settings: Any, folder: Path, tmp_path: Path
) -> None:
    snapshot = checkpoints.put_into_hub_cache(folder, tmp_path / "hub")
    current = use(settings, MODEL=checkpoints.HUB_ID, CACHE_DIR=str(tmp_path / "hub"))
    weights = (snapshot / "model.safetensors").resolve()
    first = checkpoint_fingerprint(current, snapshot)
    base.forget_encoder()
    weights.write_bytes(b"never looked into")
    assert checkpoint_fingerprint(current, snapshot) == first


def test_weights_in_several_files_are_all_hashed(settings: Any, folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": names[0], "b": names[1]}}))
    current = use(settings, MODEL=str(folder))
    (folder / names[0]).write_bytes(b"one")
    with pytest.raises(EncoderUnavailable, match=names[1]):
        checkpoint_fingerprint(current, folder)
    (folder / names[1]).write_bytes(b"two")
    first = checkpoint_fingerprint(current, folder)
    (folder / names[1]).write_bytes(b"three")
    assert checkpoint_fingerprint(current, folder) != first
    index.write_text("[]")
    with pytest.raises(EncoderUnavailable, match="cannot be read"):
        checkpoint_fingerprint(current, folder)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("config.json", None, "no config.json"),
        ("config.json", "{", "is not a model's config"),
        ("config.json", "[]", "is not a model's config"),
        ("config.json", "{}", "is not a model's config"),
        ("config.json", '{"model_type": "bert"}', "'bert' model; .*clip, siglip, siglip2"),
        ("model.safetensors", None, "no weights"),
    ],
)
def test_a_broken_folder_is_seen_without_loading_it(
    settings: Any, folder: Path, name: str, content: str | None, message: str
) -> None:
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_text(content)
    use(settings, MODEL=str(folder))
    with pytest.raises(EncoderUnavailable, match=message):
        base.current_fingerprint()


# --- A process that never imports torch ---


@pytest.mark.processes
def test_reading_the_fingerprint_imports_no_torch(
    folder: Path, tmp_path: Path, settings: Any
) -> None:
    snapshot = checkpoints.put_into_hub_cache(folder, tmp_path / "hub")
    program = """
import sys
import django
django.setup()
import matching.conf, matching.encoders.base, matching.core.strategies, matching.core.exclusions
import matching.management.commands.download_model
print(matching.encoders.base.current_fingerprint())
print(sorted({"torch", "transformers", "matching.encoders.torch_clip"} & sys.modules.keys()))
"""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "lostfound.settings",
        "MATCHING_MODEL": checkpoints.HUB_ID,
        "MATCHING_CACHE_DIR": str(tmp_path / "hub"),
        "VAR_DIR": str(tmp_path / "var"),
    }
    printed = subprocess.run(
        [sys.executable, "-c", program],
        cwd=settings.BASE_DIR,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    ).stdout.splitlines()
    expected = checkpoint_fingerprint(MatchingSettings(model=str(snapshot)), snapshot)
    assert printed == [expected, "[]"]


# --- The encoder of the other tests ---


def test_the_fake_encoder_is_deterministic_and_reflects_similarity() -> None:
    fake, again = FakeEncoder(), FakeEncoder()
    texts = ["black wallet library", "black wallet gym", "blue umbrella bus"]
    vecs = fake.encode_texts(texts)
    assert (vecs == again.encode_texts(texts)).all()
    assert vecs[0] @ vecs[1] > vecs[0] @ vecs[2] + 0.2
    red, dark_red, green = (Image.new("RGB", (40, 30), c) for c in ("#f00", "#e00", "#0f0"))
    pictures = fake.encode_images([red, dark_red, green])
    assert pictures[0] @ pictures[1] > pictures[0] @ pictures[2] + 0.2
    everything = np.concatenate([vecs, pictures, fake.encode_texts(["", "😀"])])
    assert np.allclose(np.linalg.norm(everything, axis=1), 1.0, atol=1e-6)
    assert everything.dtype == np.float32
    assert fake.encode_texts([]).shape == fake.encode_images([]).shape == (0, fake.dim)
    assert fake.forward_counts == {"text": 5, "image": 3}
