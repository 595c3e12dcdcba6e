"""Inputs of the embedding rows: a checkpoint like the production model, a photograph, text."""

import io
import shutil
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image

from matching.bundled.drawing.things import CATEGORIES, sample_thing
from matching.bundled.drawing.views import photograph
from matching.conf import BUNDLED_FOLDER

# A photograph from a phone, and its size as stored.
PHONE_PX: Final = (4000, 3000)
STORED_PX: Final = (1600, 1200)
PHONE_QUALITY: Final = 95  # about 3.6 MB with the noise below, as from a camera
STORED_QUALITY: Final = 88
NOISE: Final = 4.0  # standard deviation, of 0 to 255
DRAWN_PX: Final = 800
TEXT: Final = "검은색 가죽 장지갑, 파란색 끈, 도서관에서 잃어버렸어요"  # about 16 tokens


def write_large_clip(folder: Path) -> Path:
    """Write random weights in the shape of ViT-L/14: speed does not depend on their values.

    Uses the bundled model's tokenizer, whose ids all exist in the larger table.
    """
    import torch
    from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel

    text = {
        **_tower(768, 12, 12),
        **{"vocab_size": 49_408, "max_position_embeddings": 77},
        **{"pad_token_id": 0, "bos_token_id": 3, "eos_token_id": 4},
    }
    vision = {**_tower(1024, 24, 16), "image_size": 224, "patch_size": 14}
    torch.manual_seed(0)
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=768))
    model.save_pretrained(folder)
    CLIPImageProcessorPil().save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(BUNDLED_FOLDER / name, folder / name)
    return folder


def jpeg(size_px: tuple[int, int], quality: int) -> bytes:
    """A drawn thing with clutter and a camera's noise, so that it is as hard to decode."""
    square = photograph(sample_thing(1, CATEGORIES[0]), 1, "full", DRAWN_PX)
    pixels = np.asarray(square.resize(size_px, Image.Resampling.LANCZOS), dtype=np.float32)
    noise = np.random.default_rng(0).normal(scale=NOISE, size=pixels.shape).astype(np.float32)
    file = io.BytesIO()
    noisy = np.clip(pixels + noise, 0, 255).astype(np.uint8)
    Image.fromarray(noisy).save(file, "JPEG", quality=quality)
    return file.getvalue()


def _tower(width: int, layers: int, heads: int) -> dict[str, Any]:
    return {
        "hidden_size": width,
        "intermediate_size": 4 * width,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
    }
