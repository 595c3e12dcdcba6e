"""`manage.py optimize_model`: its output, its refusals, and posts that wait for an export."""

import errno
import json
import shutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from PIL import Image

from lostfound.models import Post
from matching.conf import BUNDLED_FOLDER, ONNX_FP32, ONNX_INT8, TORCH
from matching.encoders import base
from matching.encoders.manifest import MANIFEST
from matching.management.commands import optimize_model
from matching.management.commands.optimize_model import refusal
from matching.models import Embedding, MatchingJob
from matching.onnx import sample
from matching.onnx.agreement import Agreement
from matching.onnx.sample import LEAST, SampleMissing, gather_sample
from matching.services import match_post, sweep
from tests.support import checkpoints, exports
from tests.support.factories import PhotoFactory, PostFactory
from tests.support.pipeline import make, row_of
from tests.support.shared import MadeOnce

pytestmark = [pytest.mark.model, pytest.mark.django_db]

OUTPUT = "output.txt"


@pytest.fixture(autouse=True)
def fresh_encoder() -> Iterator[None]:
    base.forget_encoder()
    yield
    base.forget_encoder()


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in this process: separate ones only save memory, and import torch for ten seconds."""

    def run_here(module: str, spec: dict[str, Any]) -> dict[str, Any]:
        with exports.as_in_a_process():
            answer: dict[str, Any] = import_module(module)._answer(json.loads(json.dumps(spec)))
        return answer

    monkeypatch.setattr(optimize_model, "run_in_subprocess", run_here)


@pytest.fixture(scope="module")
def optimized(
    made_once: MadeOnce, django_db_setup: Any, django_db_blocker: Any
) -> tuple[Path, str]:
    """A VAR_DIR with the bundled model's exports, and the command's output."""

    def optimize(var: Path) -> None:
        (var / OUTPUT).write_text(exports.optimize(var))

    with django_db_blocker.unblock():
        var = made_once("optimized", optimize)
    return var, (var / OUTPUT).read_text()


def exported(var: Path) -> list[Path]:
    folder = var / "engines"
    return sorted(folder.iterdir()) if folder.is_dir() else []


# --- What it does ---


def test_speed_memory_and_the_lowest_cosine_are_reported(optimized: tuple[Path, str]) -> None:
    var, printed = optimized
    assert f"Sample: {LEAST} texts and {LEAST} photographs drawn" in printed
    rows = {line[:28].strip(): line[28:].split() for line in printed.splitlines()}
    assert rows[""] == [TORCH, ONNX_FP32, ONNX_INT8]
    for name in ("one text, ms", "one photograph, ms", "peak memory, MiB"):
        assert len(rows[name]) == 3 and all(float(cell) > 0 for cell in rows[name])
    for name in ("lowest cosine, texts", "lowest cosine, photographs"):
        fp32, int8 = map(float, rows[name])
        assert fp32 >= 0.9999 and int8 >= 0.99
    assert rows["different top results"] == ["0/96", "0/96"]
    peak = [float(cell) for cell in rows["peak memory, MiB"]]
    assert max(peak[1:]) <= peak[0] / 2
    for engine in (ONNX_FP32, ONNX_INT8):
        assert f"{engine} is enabled" in printed
        assert f"set MATCHING_ENGINE={engine}" in printed
    assert len(exported(var)) == 2  # and no scratch files are left
    manifest = json.loads((exported(var)[1] / MANIFEST).read_text())
    assert manifest["agreement"]["text"] >= 0.99 and manifest["agreement"]["moved"] == 0


def test_posts_are_embedded_with_the_engine_that_is_set(
    optimized: tuple[Path, str], settings: Any
) -> None:
    settings.VAR_DIR = optimized[0]
    settings.MATCHING = {"ENGINE": ONNX_FP32}
    post = make(photos=1)
    assert match_post(post.pk) == "matched"
    torch = checkpoints.load(BUNDLED_FOLDER).fingerprint
    assert set(post.embeddings.values_list("fingerprint", flat=True)) == {torch}
    settings.MATCHING = {"ENGINE": TORCH}
    assert not sweep().outdated  # fp32 and torch share their vectors
    settings.MATCHING = {"ENGINE": ONNX_INT8}
    assert sweep().outdated == 1
    assert match_post(post.pk) == "matched"
    assert set(post.embeddings.values_list("fingerprint", flat=True)) == {f"{torch}-int8-2"}
    assert Embedding.objects.count() == 2


@pytest.mark.usefixtures("in_this_process")
def test_one_engine_alone_is_exported_on_request(tmp_path: Path) -> None:
    folder = checkpoints.write_clip(tmp_path / "model")
    printed = exports.optimize(tmp_path, "--engine", ONNX_FP32, MODEL=str(folder))
    assert "no post is re-embedded" in printed
    assert [path.name.endswith(ONNX_FP32) for path in exported(tmp_path)] == [True]
    again = exports.optimize(tmp_path, "--engine", ONNX_FP32, MODEL=str(folder), ENGINE=ONNX_FP32)
    assert "To use it" not in again
    assert len(exported(tmp_path)) == 1  # the one before was replaced


# --- When it refuses ---


@pytest.mark.parametrize(
    ("engine", "found", "reason"),
    [
        (ONNX_INT8, Agreement(0.9901, 0.995, 90, 0), ""),
        (ONNX_FP32, Agreement(0.99995, 0.99999, 90, 0), ""),
        (ONNX_INT8, Agreement(0.9899, 0.995, 90, 0), "vectors of a text have a cosine of 0.98990"),
        (ONNX_INT8, Agreement(0.995, 0.4, 90, 0), "vectors of a photograph have a cosine of 0.4"),
        (ONNX_FP32, Agreement(0.9995, 1.0, 90, 0), "Every vector needs at least 0.9999"),
        (ONNX_INT8, Agreement(0.999, 0.999, 90, 1), "the top result differs in 1 of 90 searches"),
        (ONNX_INT8, Agreement(float("nan"), 1.0, 90, 0), "NOT enabled"),
    ],
)
def test_what_does_not_agree_is_refused(engine: str, found: Agreement, reason: str) -> None:
    why = refusal(engine, found)
    assert reason in why if reason else why == ""


@pytest.mark.usefixtures("in_this_process")
def test_a_refused_export_is_not_kept_and_the_other_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = checkpoints.write_clip(tmp_path / "model")
    strict = {ONNX_FP32: 0.9999, ONNX_INT8: 1.1}
    monkeypatch.setattr(optimize_model, "LEAST_COSINE", strict)
    with pytest.raises(CommandError, match=r"onnx-int8 is NOT enabled.*MATCHING_ENGINE"):
        exports.optimize(tmp_path, MODEL=str(folder))
    assert [path.name.endswith(ONNX_FP32) for path in exported(tmp_path)] == [True]


@pytest.mark.usefixtures("in_this_process")
def test_a_checkpoint_of_any_resolution_is_refused(tmp_path: Path) -> None:
    folder = checkpoints.write_siglip2(tmp_path / "model")
    with pytest.raises(CommandError, match="only CLIP and SigLIP of a fixed resolution"):
        exports.optimize(tmp_path, MODEL=str(folder))
    assert exported(tmp_path) == []


def test_a_missing_model_is_reported(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r'MATCHING\["MODEL"\].*there is no folder'):
        exports.optimize(tmp_path, MODEL=str(tmp_path / "nowhere"))


def test_a_full_disk_changes_nothing_and_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any, **kwargs: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(optimize_model, "run_in_subprocess", full)
    with pytest.raises(
        CommandError, match=r"Nothing was enabled.*No space.*twice the checkpoint's space"
    ):
        exports.optimize(tmp_path)
    assert exported(tmp_path) == []


def test_an_export_that_breaks_off_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "onnxruntime.py").write_text("raise ImportError('No module named onnxruntime')")
    with pytest.raises(CommandError, match=r"No module named onnxruntime(?s:.*)\[onnx\]"):
        exports.optimize(tmp_path)
    assert exported(tmp_path) == []


# --- What it compares on ---


def test_the_newest_open_posts_are_compared_on(tmp_path: Path) -> None:
    for number in range(LEAST + 1):
        PhotoFactory.create(post=PostFactory.create(title=f"Umbrella {number}"))
    PostFactory.create(title="Closed", status=Post.Status.CLOSED)
    gone = PhotoFactory.create()
    gone.full.storage.delete(str(gone.full.name))
    sample = gather_sample(None, tmp_path)
    assert len(sample.texts) == LEAST + 2 and len(sample.photographs) == LEAST + 1
    assert not any("Closed" in text for text in sample.texts)
    assert "of this site's posts" in str(sample) and "drawn" not in str(sample)


def test_a_folder_is_taken_and_filled_up_with_drawn_things(tmp_path: Path) -> None:
    source, into = tmp_path / "source" / "deeper", tmp_path / "into"
    for folder in (source, into):
        folder.mkdir(parents=True)
    Image.new("RGB", (60, 40), "red").save(source / "red.JPG", "JPEG")
    (source / "notes.txt").write_text("검은 우산\n\n  파란 지갑  \n", encoding="utf-8")
    (source / "other.pdf").write_bytes(b"no photograph")
    sample = gather_sample(tmp_path / "source", into)
    assert sample.texts[:2] == ["검은 우산", "파란 지갑"]
    assert sample.photographs[0].name == "red.JPG"
    assert len(sample.texts) == len(sample.photographs) == LEAST
    assert str(sample).startswith("2 texts and 1 photographs of the folder, ")


def test_an_empty_folder_is_explained(tmp_path: Path) -> None:
    for folder, message in ((tmp_path, "has no photographs"), (tmp_path / "no", "There is no")):
        with pytest.raises(SampleMissing, match=message):
            gather_sample(folder, tmp_path)


def test_without_a_database_drawn_things_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_table(into: Path) -> Any:
        raise DatabaseError("no such table")

    monkeypatch.setattr(sample, "_own", no_table)
    assert str(gather_sample(None, tmp_path)) == f"{LEAST} texts and {LEAST} photographs drawn"


# --- An export that is missing or does not fit ---


def damage(folder: Path) -> None:
    (folder / "text.weights").write_bytes(b"cut")


@pytest.mark.parametrize("how", [damage, shutil.rmtree], ids=["damaged", "missing"])
@pytest.mark.parametrize("engine", [ONNX_FP32, ONNX_INT8])
def test_posts_wait_for_an_export_that_fits_and_nothing_is_lost(
    optimized: tuple[Path, str], tmp_path: Path, settings: Any, how: Any, engine: str
) -> None:
    exports.put_exports(optimized[0], tmp_path)
    settings.VAR_DIR = tmp_path
    settings.MATCHING = {"ENGINE": engine}
    done, waiting = make(), make(title="red bag")
    assert match_post(done.pk) == "matched"
    kept = set(Embedding.objects.values_list("pk", flat=True))
    base.forget_encoder()
    how(next(path for path in exported(tmp_path) if path.name.endswith(engine)))
    for _ in range(4):  # more often than a post may fail
        assert match_post(waiting.pk) == "encoder unavailable"
    sweep()
    row = row_of(waiting)
    assert (row.status, row.attempts) == ("pending", 0)
    assert "optimize_model" in row.error and "MATCHING_ENGINE=torch" in row.error
    assert row_of(done).status == "done"
    assert set(Embedding.objects.values_list("pk", flat=True)) == kept
    shutil.rmtree(tmp_path / "engines")
    exports.put_exports(optimized[0], tmp_path)
    base.forget_encoder()
    assert match_post(waiting.pk) == "matched"
    assert not MatchingJob.objects.exclude(status="done").exists()


def test_another_checkpoint_makes_posts_wait_until_it_is_exported(
    optimized: tuple[Path, str], tmp_path: Path, settings: Any
) -> None:
    settings.VAR_DIR = optimized[0]
    folder = checkpoints.write_clip(tmp_path / "model")
    settings.MATCHING = {"ENGINE": ONNX_FP32, "MODEL": str(folder)}
    post = make()
    assert match_post(post.pk) == "encoder unavailable"
    assert "was not exported" in row_of(post).error
    settings.MATCHING = {"ENGINE": TORCH, "MODEL": str(folder)}
    assert match_post(post.pk) == "matched"


def test_the_check_names_the_missing_extra(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from matching import checks

    settings.MATCHING = {"ENGINE": ONNX_INT8}
    assert "matching.W003" not in [one.id for one in checks.check_matching(app_configs=None)]
    monkeypatch.setattr(checks, "_exists", lambda module: module != "onnxruntime")
    assert "matching.W003" in [one.id for one in checks.check_matching(app_configs=None)]


def test_help_lists_the_options(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("optimize_model", "--help")
    assert "--sample DIR" in capsys.readouterr().out
