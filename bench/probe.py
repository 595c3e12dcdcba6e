"""One way of embedding in a separate process, which reports how long each item takes.

`Probe` starts it. Several probes are measured in turn, so that other load on the machine affects
all of them equally, and each reports only its own peak memory.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from matching.conf import TORCH, MatchingSettings

NOTES: Final = "notes"  # torch eager fp32 with the stock processor
ROOT: Final = Path(__file__).resolve().parents[1]
READY: Final = "ready"


class Probe:
    """The parent's side of a probe.

    Args:
        way: NOTES, or the engine of the settings ("product").
        folder: the export, for engines other than torch.
    """

    def __init__(self, way: str, current: MatchingSettings, folder: str | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.probe"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        spec = {"way": way, "settings": asdict(current), "folder": folder}
        assert self._ask(**spec) == READY

    def text_ms(self, text: str) -> float:
        """Milliseconds from a text to its vector."""
        return float(self._ask(text=text))

    def image_ms(self, path: Path) -> float:
        """Milliseconds from a JPEG file to its vector."""
        return float(self._ask(image=str(path)))

    def peak_bytes(self) -> int:
        """Peak memory of the process so far."""
        return int(self._ask(peak=True))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()

    def _ask(self, **question: Any) -> Any:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"The probe ended with status {self._process.wait()}.")
        return json.loads(line)


def _notes(current: MatchingSettings) -> tuple[Callable[[str], Any], Callable[[bytes], Any]]:
    """CLIP as in an introductory tutorial, with the attention and precision of that time."""
    import torch
    import transformers
    from PIL import Image

    from matching.encoders.checkpoint import checkpoint_folder

    folder = checkpoint_folder(current)
    torch.set_num_threads(current.threads)
    model: Any = transformers.AutoModel.from_pretrained(
        folder, attn_implementation="eager", dtype=torch.float32
    ).eval()
    processor: Any = transformers.CLIPImageProcessorPil.from_pretrained(folder)
    tokenizer: Any = transformers.PreTrainedTokenizerFast.from_pretrained(folder)

    def text(words: str) -> Any:
        with torch.no_grad():
            ids = tokenizer(words, truncation=True, max_length=64, return_tensors="pt")
            output = model.get_text_features(ids["input_ids"], ids["attention_mask"]).pooler_output
            return torch.nn.functional.normalize(output).numpy()

    def image(data: bytes) -> Any:
        with torch.no_grad():
            picture = Image.open(BytesIO(data)).convert("RGB")
            output = model.get_image_features(**processor(picture, return_tensors="pt"))
            return torch.nn.functional.normalize(output.pooler_output).numpy()

    return text, image


def _product(
    current: MatchingSettings, folder: str | None
) -> tuple[Callable[[str], Any], Callable[[bytes], Any]]:
    from django.utils.module_loading import import_string
    from PIL import Image

    from matching.encoders.base import CLIP_ENCODER, ONNX_ENCODER

    encoder: Any
    if current.engine == TORCH:
        encoder = import_string(CLIP_ENCODER)(current)
    else:
        encoder = import_string(ONNX_ENCODER)(current, Path(folder) if folder else None)
    return (
        lambda words: encoder.encode_texts([words]),
        lambda data: encoder.encode_images([Image.open(BytesIO(data))]),
    )


def main() -> None:
    """The child's side: one request and one response per line."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lostfound.settings")
    django.setup()
    from matching.onnx.subprocess_runner import peak_memory_bytes

    spec = json.loads(sys.stdin.readline())
    current = MatchingSettings(**spec["settings"])
    is_notes = spec["way"] == NOTES
    text, image = _notes(current) if is_notes else _product(current, spec["folder"])
    print(json.dumps(READY), flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        if "peak" in question:
            answer: float = peak_memory_bytes()
        else:
            data = Path(question["image"]).read_bytes() if "image" in question else b""
            started = time.perf_counter()
            _ = image(data) if data else text(question["text"])
            answer = (time.perf_counter() - started) * 1000
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
