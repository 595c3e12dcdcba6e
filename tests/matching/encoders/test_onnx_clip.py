"""Exports through the real ONNX Runtime: the same vectors, threads as set, and no torch."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from matching.conf import BUNDLED, BUNDLED_FOLDER, ONNX_FP32, ONNX_INT8
from matching.encoders.checkpoint import EncoderUnavailable
from matching.encoders.manifest import LEAST_COSINE, MANIFEST
from tests.support import checkpoints, exports
from tests.support.shared import MadeOnce

pytestmark = pytest.mark.model

TEXTS = [
    "검은색 지갑",
    "black wallet " * 30,
    "",
    "umbrella 😀🐶",
    "파란 우산을 찾습니다 blue umbrella",
    "<end>",
]
ENGINES = (ONNX_FP32, ONNX_INT8)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("checkpoints")
    made = {family: checkpoints.WRITERS[family][0](root / family) for family in ("clip", "siglip")}
    return made | {BUNDLED: BUNDLED_FOLDER}


@pytest.fixture(scope="module")
def var(written: dict[str, Path], made_once: MadeOnce) -> Path:
    """A VAR_DIR with both exports of every checkpoint."""

    def export_all(folder: Path) -> None:
        for family, path in written.items():
            exports.export_only(folder, path, folder / family)

    return made_once("exports", export_all)


def pictures() -> list[Image.Image]:
    noise = np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)
    plain = [Image.new("RGB", (20 + 9 * n, 40), (20 * n, 90, 200 - 20 * n)) for n in range(10)]
    return [Image.fromarray(noise), *plain, Image.new("L", (1, 900))]


every_family = pytest.mark.parametrize("family", [BUNDLED, "clip", "siglip"])
every_engine = pytest.mark.parametrize("engine", ENGINES)


@every_family
@every_engine
def test_the_vectors_are_those_of_torch(
    written: dict[str, Path], var: Path, family: str, engine: str
) -> None:
    torch = checkpoints.load(written[family])
    onnx = exports.load(var, written[family], engine)
    assert onnx.dim == torch.dim
    for ours, theirs in (
        (onnx.encode_texts(TEXTS), torch.encode_texts(TEXTS)),
        (onnx.encode_images(pictures()), torch.encode_images(pictures())),
    ):
        assert ours.dtype == np.float32
        assert np.allclose(np.linalg.norm(ours, axis=1), 1.0, atol=1e-5)
        assert (ours * theirs).sum(axis=1).min() >= LEAST_COSINE[engine]
    assert onnx.forward_counts == {"text": len(TEXTS), "image": len(pictures())}


@every_family
def test_texts_are_read_as_the_same_tokens(
    written: dict[str, Path], var: Path, family: str
) -> None:
    torch = checkpoints.load(written[family])
    onnx = exports.load(var, written[family], ONNX_FP32)
    assert (onnx.text_input.ids(TEXTS) == torch.text_input.ids(TEXTS)).all()


@every_engine
def test_unreadable_texts_have_no_vector_as_with_torch(var: Path, engine: str) -> None:
    texts = ["財布をなくしました", "검은색 지갑", "Потерял кошелёк", "📱", "파란 우산 ☂☂☂"]
    onnx = exports.load(var, BUNDLED, engine)
    vecs = onnx.encode_texts(texts)
    assert vecs.any(axis=1).tolist() == [False, True, False, False, True]
    theirs = checkpoints.load(BUNDLED_FOLDER).encode_texts(texts)
    assert (vecs.any(axis=1) == theirs.any(axis=1)).all()
    assert onnx.forward_counts["text"] == 2


@every_engine
def test_a_vector_does_not_depend_on_its_batch(var: Path, engine: str) -> None:
    onnx = exports.load(var, BUNDLED, engine)
    texts = [f"{text} cup {number}" for number in range(15) for text in TEXTS]
    together = onnx.encode_texts(texts)
    apart = np.concatenate([onnx.encode_texts([text]) for text in texts])
    assert (together * apart).sum(axis=1).min() > 1 - 1e-5
    photos = onnx.encode_images(pictures())
    one_by_one = np.concatenate([onnx.encode_images([photo]) for photo in pictures()])
    assert (photos * one_by_one).sum(axis=1).min() > 1 - 1e-5


def test_nothing_gives_no_vectors(var: Path) -> None:
    onnx = exports.load(var, BUNDLED, ONNX_INT8)
    assert onnx.encode_texts([]).shape == onnx.encode_images([]).shape == (0, onnx.dim)


def test_fp32_shares_the_vectors_of_torch_and_int8_has_its_own(var: Path) -> None:
    torch = checkpoints.load(BUNDLED_FOLDER).fingerprint
    assert exports.load(var, BUNDLED, ONNX_FP32).fingerprint == torch
    assert exports.load(var, BUNDLED, ONNX_INT8).fingerprint == f"{torch}-int8-2"


PROGRAM = """
import json, os, sys
import django
django.setup()
from PIL import Image
from matching.encoders.base import current_fingerprint, get_encoder
before = sorted({"torch", "transformers", "onnxruntime"} & sys.modules.keys())
named = current_fingerprint()
import matching.encoders.onnx_clip
threads = len(os.listdir("/proc/self/task"))
encoder = get_encoder()
encoder.encode_texts(["검은색 지갑"])
encoder.encode_images([Image.new("RGB", (50, 40))])
print(json.dumps({
    "before": before, "named": named, "is": encoder.fingerprint,
    "loaded": sorted({"torch", "transformers", "onnx"} & sys.modules.keys()),
    "threads": encoder._image.get_session_options().intra_op_num_threads,
    "started": len(os.listdir("/proc/self/task")) - threads,
}))
"""


@pytest.mark.parametrize("threads", [1, 3])
def test_a_process_loads_no_torch_and_keeps_to_its_threads(
    var: Path, settings: Any, threads: int
) -> None:
    """Each session of n threads starts n - 1 of them; the caller is the first."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "lostfound.settings",
        "VAR_DIR": str(var),
        "MATCHING_MODEL": BUNDLED,
        "MATCHING_ENGINE": ONNX_INT8,
        "MATCHING_THREADS": str(threads),
        "TOKENIZERS_PARALLELISM": "false",
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=settings.BASE_DIR,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    report = json.loads(done.stdout)
    assert report["before"] == report["loaded"] == []
    assert report["named"] == report["is"]
    assert report["threads"] == threads
    assert report["started"] <= 2 * (threads - 1)


# --- Exports that do not fit ---


@pytest.fixture
def own_var(var: Path, tmp_path: Path) -> Path:
    exports.put_exports(var, tmp_path)
    return tmp_path


def place(var: Path, engine: str = ONNX_FP32) -> Path:
    torch = checkpoints.load(BUNDLED_FOLDER).fingerprint
    return exports.place_of(var, torch, engine)


def cut(folder: Path) -> None:
    weights = folder / "image.weights"
    weights.write_bytes(weights.read_bytes()[:1000])


def swap(folder: Path) -> None:
    """The tower of the other engine, as after copying by hand."""
    other = folder.with_name(folder.name.replace(ONNX_FP32, ONNX_INT8))
    (folder / "text.onnx").write_bytes((other / "text.onnx").read_bytes())


def lose(folder: Path) -> None:
    (folder / "text.onnx").unlink()


def change_manifest(folder: Path, **values: Any) -> None:
    report = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps({**report, **values}))


def empty_graph(folder: Path) -> None:
    """A file that its manifest knows, and that is no model."""
    import hashlib

    (folder / "text.onnx").write_bytes(b"no model")
    report = json.loads((folder / MANIFEST).read_text())
    digest = hashlib.sha256(b"no model").hexdigest()
    change_manifest(folder, files={**report["files"], "text.onnx": digest})


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (cut, "does not match its manifest"),
        (swap, "does not match its manifest"),
        (lose, "cannot be read"),
        (empty_graph, "does not run"),
        (lambda folder: (folder / MANIFEST).unlink(), "was not exported"),
        (lambda folder: (folder / MANIFEST).write_text("{"), "cannot be read"),
        (lambda folder: (folder / MANIFEST).write_text("{}"), "cannot be read"),
        (lambda folder: change_manifest(folder, format=0), "another version"),
        (lambda folder: change_manifest(folder, checkpoint="clip-0"), "is for"),
        (lambda folder: change_manifest(folder, engine=ONNX_INT8), "is for"),
        (lambda folder: change_manifest(folder, more=1), "cannot be read"),
    ],
)
def test_an_export_that_does_not_fit_is_reported_with_advice(
    own_var: Path, damage: Any, message: str
) -> None:
    damage(place(own_var))
    with pytest.raises(EncoderUnavailable, match=message) as error:
        exports.load(own_var, BUNDLED, ONNX_FP32)
    for hint in ('MATCHING["ENGINE"]', "optimize_model", "MATCHING_ENGINE=torch"):
        assert hint in str(error.value)


def test_without_onnx_runtime_the_extra_is_named(
    var: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from matching.encoders import base

    settings.VAR_DIR = var
    settings.MATCHING = {"ENGINE": ONNX_FP32}
    base.forget_encoder()
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    monkeypatch.delitem(sys.modules, "matching.encoders.onnx_clip", raising=False)
    with pytest.raises(EncoderUnavailable, match=r"onnxruntime.*pip install '\.\[onnx\]'"):
        base.get_encoder()
