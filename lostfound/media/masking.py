"""Finds texts in a photograph and covers them; what is covered is gone from the pixels.

The detector needs the extra `mask`. It is loaded with the first photograph, so that only workers
pay for it: 0.6 GB.
"""

import threading
from importlib.util import find_spec
from typing import Any, Final

import numpy as np
from PIL import Image, ImageDraw

PACKAGE: Final = "rapidocr"
EXTRA: Final = "mask"
# A box hugs the ink; this share of the longest edge around it covers what the box cuts off.
DILATED_BY: Final = 0.006
# One colour, so that nothing of what it covers is left. A blur could be undone.
MASK_COLOUR: Final = (96, 96, 96)

Polygon = list[tuple[float, float]]  # pixels

_detector: Any = None
_detecting = threading.Lock()


class MaskingUnavailable(RuntimeError):
    """The detector is not installed."""


def is_available() -> bool:
    """Whether the detector is installed."""
    return find_spec(PACKAGE) is not None


def masked(pixels: Image.Image) -> Image.Image:
    """A copy of an RGB picture in which every text that the detector finds is covered.

    Raises:
        MaskingUnavailable: the extra is not installed.
    """
    copy = Image.new("RGB", pixels.size)
    copy.paste(pixels)
    draw = ImageDraw.Draw(copy)
    for polygon in text_polygons(pixels):
        draw.polygon(polygon, fill=MASK_COLOUR)
    return copy


def text_polygons(pixels: Image.Image) -> list[Polygon]:
    """The corners of everything that looks like a text, dilated, in any direction of reading.

    Raises:
        MaskingUnavailable: the extra is not installed.
    """
    upright = np.ascontiguousarray(np.asarray(pixels.convert("RGB"))[:, :, ::-1])  # as BGR
    with _detecting:
        found = _loaded()(upright, use_det=True, use_cls=False, use_rec=False)
    by_px = DILATED_BY * max(pixels.size)
    return [] if found.boxes is None else [_dilated(box, by_px) for box in found.boxes]


def _loaded() -> Any:
    global _detector
    if _detector is None:
        if not is_available():
            raise MaskingUnavailable(
                f"Masking photographs needs the package {PACKAGE}, which is not installed. "
                f"Run pip install -c constraints.txt -e '.[{EXTRA}]'."
            )
        from rapidocr import RapidOCR

        engine = "EngineConfig.onnxruntime"
        _detector = RapidOCR(
            params={
                **{"Global.use_cls": False, "Global.use_rec": False},
                **{f"{engine}.intra_op_num_threads": 1, f"{engine}.inter_op_num_threads": 1},
                "Global.log_level": "error",
            }
        )
    return _detector


def _dilated(box: Any, by_px: float) -> Polygon:
    """The box with each corner moved outwards along both of its sides. Shape of box: (4, 2)"""
    across, down = _direction(box[1] - box[0]), _direction(box[3] - box[0])
    signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    moved = [
        corner + by_px * (x * across + y * down) for corner, (x, y) in zip(box, signs, strict=True)
    ]
    return [(float(x), float(y)) for x, y in moved]


def _direction(side: Any) -> Any:
    return side / max(float(np.linalg.norm(side)), 1e-6)
