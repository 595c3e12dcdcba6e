"""Loading a checkpoint: precision, threads, the hub's cache, and every way a folder is broken."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from matching.encoders import base
from matching.encoders.base import EncoderUnavailable
from tests.support import checkpoints
from tests.support.checkpoints import load

pytestmark = pytest.mark.model

TEXTS = ["검은색 지갑", "black wallet", "파란 우산을 찾습니다 blue umbrella"]


@pytest.fixture(autouse=True)
def same_threads() -> Iterator[None]:
    import torch

    threads = torch.get_num_threads()
    yield
    base.forget_encoder()
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("checkpoints")
    return {family: write(root / family) for family, (write, _) in checkpoints.WRITERS.items()}


# --- Precision, threads, device ---


@pytest.mark.parametrize("family", list(checkpoints.WRITERS))
def test_bf16_stays_within_rounding_of_fp32(written: dict[str, Path], family: str) -> None:
    whole, rounded = load(written[family]), load(written[family], precision="bf16")
    assert rounded.fingerprint == whole.fingerprint
    texts = whole.encode_texts(TEXTS) * rounded.encode_texts(TEXTS)
    pictures = [Image.new("RGB", (60, 40), colour) for colour in ("red", "lime", "blue")]
    images = whole.encode_images(pictures) * rounded.encode_images(pictures)
    for products in (texts, images):
        assert products.sum(axis=1).min() > 0.99


def test_torch_gets_its_threads_when_the_model_is_loaded(written: dict[str, Path]) -> None:
    import torch

    load(written["clip"], threads=2)
    assert torch.get_num_threads() == 2
    load(written["clip"], threads=1)
    assert torch.get_num_threads() == 1


def test_a_device_that_is_not_there_names_its_setting(written: dict[str, Path]) -> None:
    with pytest.raises(EncoderUnavailable, match=r'MATCHING\["DEVICE"\].*MATCHING_DEVICE'):
        load(written["clip"], device="cuda:99")


# --- From the hub's cache, through get_encoder() ---


@pytest.mark.parametrize("revision", ["", checkpoints.COMMIT])
def test_a_hub_id_is_loaded_from_the_cache_without_network(
    written: dict[str, Path],
    tmp_path: Path,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    revision: str,
) -> None:
    import socket

    def no_network(*args: Any) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    checkpoints.put_into_hub_cache(written["clip"], tmp_path / "hub")
    settings.MATCHING = {
        "MODEL": checkpoints.HUB_ID,
        "CACHE_DIR": str(tmp_path / "hub"),
        "REVISION": revision,
    }
    loaded = base.get_encoder()
    assert base.get_encoder() is loaded
    assert base.current_fingerprint() == loaded.fingerprint
    direct = load(written["clip"])
    assert direct.fingerprint == loaded.fingerprint
    assert (direct.encode_texts(TEXTS) == loaded.encode_texts(TEXTS)).all()


def test_files_that_change_under_a_running_worker_are_loaded_again(
    tmp_path: Path, settings: Any
) -> None:
    folder = checkpoints.write_clip(tmp_path / "model")
    settings.MATCHING = {"MODEL": str(folder)}
    first = base.get_encoder()
    checkpoints.write_clip(folder, seed=1)
    second = base.get_encoder()
    assert second.fingerprint == base.current_fingerprint() != first.fingerprint


# --- Broken folders ---


def cut_in_half(folder: Path) -> None:
    weights = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(weights[: len(weights) // 2])


def drop_a_weight(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    del weights["text_projection.weight"]
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


def widen(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["projection_dim"] = 48
    (folder / "config.json").write_text(json.dumps(config))


def poison(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    weights["text_projection.weight"].fill_(float("nan"))
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


def remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def fill(name: str, content: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(content)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (remove("config.json"), "no config.json"),
        (remove("model.safetensors"), "no weights"),
        (remove("tokenizer.json"), "cannot be loaded"),
        (remove("preprocessor_config.json"), "cannot be loaded"),
        (fill("tokenizer.json", "{}"), "cannot be loaded"),
        (fill("preprocessor_config.json", "no"), "cannot be loaded"),
        (fill("config.json", '{"model_type": "bert"}'), "supports the types"),
        (fill("config.json", '{"model_type": "clip", "text_config": 3}'), "cannot be loaded"),
        (fill("model.safetensors", "version https://git-lfs.github.com/spec/v1"), "cannot be"),
        (cut_in_half, "cannot be loaded"),
        (drop_a_weight, "missing or misshapen: text_projection.weight"),
        (widen, "cannot be loaded"),
        (poison, "not finite"),
    ],
)
def test_a_broken_folder_is_reported_with_the_setting_to_change(
    written: dict[str, Path], tmp_path: Path, damage: Callable[[Path], None], message: str
) -> None:
    folder = Path(shutil.copytree(written["clip"], tmp_path / "broken"))
    damage(folder)
    with pytest.raises(EncoderUnavailable, match=message) as error:
        load(folder)
    assert 'MATCHING["MODEL"]' in str(error.value)
    assert "MATCHING_MODEL" in str(error.value)
    assert str(folder) in str(error.value)
