"""The encoder on a CUDA device gives the vectors of the CPU, in every precision."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from matching.conf import BUNDLED_FOLDER
from tests.support import checkpoints
from tests.support.checkpoints import load

torch = pytest.importorskip("torch")
pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no CUDA device here"),
]

# The lowest cosine of a vector beside that of the CPU in fp32.
LEAST = {"fp32": 0.9999, "fp16": 0.999, "bf16": 0.99}
TEXTS = ["", "검은색 지갑", "black wallet", "파란 우산을 찾습니다 " * 40]


@pytest.fixture(scope="module", params=[*checkpoints.WRITERS, "bundled"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if request.param == "bundled":
        return BUNDLED_FOLDER
    write, _ = checkpoints.WRITERS[request.param]
    return write(tmp_path_factory.mktemp("cuda") / request.param)


def pictures() -> list[Image.Image]:
    """Of several sizes and modes, more than one batch."""
    random = np.random.default_rng(0)
    sizes = [(40, 60), (300, 200), (90, 90)] * 12
    made = [Image.fromarray(random.integers(0, 256, (*s, 3), dtype=np.uint8)) for s in sizes]
    return [*made, Image.new("L", (50, 70), 180)]


@pytest.mark.parametrize("precision", list(LEAST))
def test_vectors_of_cuda_and_cpu_meet(folder: Path, precision: str) -> None:
    cpu, cuda = load(folder), load(folder, device="cuda", precision=precision)
    assert cuda.fingerprint == cpu.fingerprint
    for ours, theirs in (
        (cuda.encode_texts(TEXTS), cpu.encode_texts(TEXTS)),
        (cuda.encode_images(pictures()), cpu.encode_images(pictures())),
    ):
        assert ours.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(ours, axis=1), 1.0, atol=1e-5)
        assert (ours * theirs).sum(axis=1).min() > LEAST[precision]


def test_many_batches_leave_no_memory_behind(folder: Path) -> None:
    cuda = load(folder, device="cuda")
    cuda.encode_images(pictures())
    held = torch.cuda.memory_allocated()
    for _ in range(3):
        cuda.encode_images(pictures())
        cuda.encode_texts(TEXTS)
    assert torch.cuda.memory_allocated() <= held
