"""Downloading a checkpoint over HTTP from a small hub, and checking existing ones."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from matching.conf import matching_settings
from matching.encoders import base, checkpoint
from tests.support import checkpoints
from tests.support.sentence_checkpoints import write_sentence_encoder
from tests.support.small_hub import SmallHub, serving

pytestmark = pytest.mark.model

FETCHED = {
    "config.json",
    "model.safetensors",
    "preprocessor_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
}


@pytest.fixture(autouse=True)
def own_cache(settings: Any, tmp_path: Path) -> Iterator[Path]:
    import torch

    threads = torch.get_num_threads()
    settings.MATCHING = {"MODEL": "bundled", "CACHE_DIR": str(tmp_path / "cache")}
    yield tmp_path / "cache"
    base.forget_encoder()
    torch.set_num_threads(threads)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallHub]:
    from huggingface_hub import constants

    folder = checkpoints.write_clip(tmp_path / "repository")
    (folder / "README.md").write_text("A model card.")
    (folder / "pytorch_model.bin").write_bytes(b"the same weights in another format")
    (folder / "onnx").mkdir()
    (folder / "onnx" / "model.onnx").write_bytes(b"and in a third one")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving(folder) as started:
        template = "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "ENDPOINT", started.url)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", started.url + template)
        yield started


def download(*arguments: str) -> str:
    written = StringIO()
    call_command("download_model", *arguments, stdout=written, stderr=written)
    return written.getvalue()


def test_a_model_is_fetched_checked_and_described(
    hub: SmallHub, own_cache: Path, settings: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    report = download(checkpoints.HUB_ID)
    assert set(hub.fetched) == FETCHED
    assert "100%" in capfd.readouterr().err  # the bar
    settings.MATCHING = {**settings.MATCHING, "MODEL": checkpoints.HUB_ID}
    current = matching_settings()
    folder = checkpoint.checkpoint_folder(current)
    assert own_cache in folder.parents
    for line in (
        f"Type:           clip\nFingerprint:    {base.current_fingerprint()}\n",
        f"Dimension:      {checkpoints.CLIP_DIM}\n",
        f"Folder:         {folder}\n",
        "Parameters:     ",
        "One text:       ",
        "One photograph: ",
        "The model works.",
        f"MATCHING_MODEL={checkpoints.HUB_ID}",
    ):
        assert line in report
    assert base.get_encoder().dim == checkpoints.CLIP_DIM


def test_what_was_fetched_is_not_fetched_again(hub: SmallHub) -> None:
    download(checkpoints.HUB_ID)
    hub.fetched.clear()
    assert "The model works." in download(checkpoints.HUB_ID, "--revision", checkpoints.COMMIT)
    assert hub.fetched == []


def test_a_repository_without_readable_weights_is_reported(hub: SmallHub) -> None:
    for name in ("model.safetensors", "pytorch_model.bin"):
        (hub.folder / name).unlink()
    with pytest.raises(CommandError, match=r"no weights.*model\.safetensors"):
        download(checkpoints.HUB_ID)
    assert hub.fetched == []


def test_an_unknown_id_is_reported(hub: SmallHub) -> None:
    with pytest.raises(CommandError, match=r"campus/nothing was not downloaded.*Check the id"):
        download("campus/nothing")


def test_a_broken_download_is_reported(hub: SmallHub) -> None:
    (hub.folder / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(CommandError, match="cannot be loaded"):
        download(checkpoints.HUB_ID)


def test_without_the_hub_the_copy_on_disk_is_checked(
    tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import HfApi

    def unreachable(*args: Any, **kwargs: Any) -> Any:
        raise ConnectionError("no route to the hub")

    monkeypatch.setattr(HfApi, "list_repo_files", unreachable)
    with pytest.raises(CommandError, match=r"no route to the hub.*Check the network"):
        download(checkpoints.HUB_ID)
    checkpoints.put_into_hub_cache(checkpoints.write_clip(tmp_path / "model"), own_cache)
    report = download(checkpoints.HUB_ID)
    assert "no route to the hub" in report
    assert "The model works." in report


def test_a_folder_is_checked_without_any_hub(tmp_path: Path) -> None:
    folder = checkpoints.write_siglip(tmp_path / "model")
    report = download(str(folder))
    assert "Type:           siglip\n" in report
    assert "The model works." in report
    assert "Downloading" not in report


def test_without_an_id_the_model_of_the_settings_is_checked(tmp_path: Path, settings: Any) -> None:
    folder = checkpoints.write_clip(tmp_path / "model")
    settings.MATCHING = {"MODEL": str(folder), "ENCODER": "tests.support.fake_encoder.FakeEncoder"}
    report = download()
    assert "Type:           clip\n" in report
    assert "To use it" not in report


def test_a_missing_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r'MATCHING\["MODEL"\].*there is no folder'):
        download(str(tmp_path / "nowhere"))


def test_a_second_encoder_comes_with_the_files_of_its_pooling(
    hub: SmallHub, settings: Any, tmp_path: Path
) -> None:
    folder = write_sentence_encoder(tmp_path / "sentences", pooling="cls_token")
    hub.folder = folder
    output = download(checkpoints.HUB_ID, "--text")
    assert {"modules.json", "1_Pooling/config.json", "model.safetensors"} <= set(hub.fetched)
    assert "The model works." in output and f"MATCHING_TEXT_MODEL={checkpoints.HUB_ID}" in output
    assert "cls" in output
    settings.MATCHING = {**settings.MATCHING, "TEXT_MODEL": checkpoints.HUB_ID}
    loaded = base.get_text_encoder()
    assert loaded is not None and loaded.fingerprint in output
    assert loaded.fingerprint == base.current_text_fingerprint()


def test_a_second_encoder_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    folder = checkpoints.write_clip(tmp_path / "clip")
    with pytest.raises(CommandError, match="MATCHING_TEXT_MODEL"):
        download(str(folder), "--text")
    with pytest.raises(CommandError, match="Name a model"):
        download("--text")
