"""Synthetic photographs for measurements, made of noise and gradients."""

import io

import numpy as np
from PIL import Image


def jpeg(seed: int, width_px: int = 1200, height_px: int = 900, quality: int = 90) -> bytes:
    """A JPEG with smooth areas, edges and grain, about as large as a real photograph's."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 255, (12, 16, 3), dtype=np.uint8))
    smooth = np.asarray(coarse.resize((width_px, height_px), Image.Resampling.BICUBIC), np.int16)
    grain = rng.integers(-12, 12, (height_px, width_px, 1), dtype=np.int16)
    pixels = np.clip(smooth + grain, 0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
