"""Pixels as the stock processors make them, from photographs that are decoded in part only."""

import io
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from PIL import Image

from matching.bundled.drawing.things import CATEGORIES, sample_thing
from matching.bundled.drawing.views import photograph
from matching.encoders.images import ImageReading, bounded, image_reading, pixels_of

pytestmark = pytest.mark.model

LEAST_PIXEL_COSINE = 0.9999
PHOTO_SIZES = [(1600, 1200), (1200, 1600), (1599, 1201), (900, 1600), (640, 480), (4000, 3000)]


def stock(family: str, edge_px: int) -> Any:
    from transformers import CLIPImageProcessorPil, SiglipImageProcessorPil

    square = {"height": edge_px, "width": edge_px}
    if family == "clip":
        return CLIPImageProcessorPil(size={"shortest_edge": edge_px}, crop_size=square)
    return SiglipImageProcessorPil(size=square)


def reading_of(processor: Any) -> ImageReading:
    reading = image_reading(processor.to_dict())
    assert reading is not None
    return reading


def stock_pixels(processor: Any, image: Image.Image) -> Any:
    return processor(images=[bounded(image)], return_tensors="np")["pixel_values"]


@lru_cache
def jpeg(size: tuple[int, int], seed: int = 1, mode: str = "RGB", quality: int = 88) -> bytes:
    """A thing before its clutter, with the noise and the damage of a camera."""
    square = photograph(sample_thing(seed, CATEGORIES[seed]), seed, "full", 800)
    image = square.resize(size, Image.Resampling.LANCZOS)
    noise = np.random.default_rng(seed).normal(scale=4, size=(size[1], size[0], 3))
    noisy = np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(noisy).convert(mode).save(file, "JPEG", quality=quality)
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def pixel_cosine(one: Any, other: Any) -> float:
    a, b = one.astype(np.float64).ravel(), other.astype(np.float64).ravel()
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


families = pytest.mark.parametrize("family", ["clip", "siglip"])


@families
@pytest.mark.parametrize("edge_px", [80, 224, 256])
@pytest.mark.parametrize("size", PHOTO_SIZES, ids=str)
def test_photographs_agree_with_the_stock_processor(
    family: str, edge_px: int, size: tuple[int, int]
) -> None:
    processor = stock(family, edge_px)
    data = jpeg(size)
    ours = pixels_of([opened(data)], reading_of(processor))
    theirs = stock_pixels(processor, opened(data))
    assert ours.shape == theirs.shape and ours.dtype == np.float32
    assert pixel_cosine(ours, theirs) >= LEAST_PIXEL_COSINE


@families
@pytest.mark.parametrize("seed", range(4))
def test_things_of_every_kind_agree(family: str, seed: int) -> None:
    processor = stock(family, 224)
    data = jpeg((1600, 1200), seed * 7)
    ours = pixels_of([opened(data)], reading_of(processor))
    assert pixel_cosine(ours, stock_pixels(processor, opened(data))) >= LEAST_PIXEL_COSINE


@families
@pytest.mark.parametrize("size", [(300, 200), (201, 333), (1, 1), (3, 50), (224, 224)], ids=str)
def test_what_is_decoded_already_gives_the_same_pixels(family: str, size: tuple[int, int]) -> None:
    processor = stock(family, 64)
    values = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), np.uint8)
    image = Image.fromarray(values)
    if max(size) > 8 * min(size):
        image = bounded(image)
    ours = pixels_of([image], reading_of(processor))
    assert np.abs(ours - stock_pixels(processor, image)).max() < 1e-5


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_jpegs_of_other_colours_agree(mode: str) -> None:
    processor = stock("clip", 224)
    data = jpeg((1600, 1200), mode=mode)
    ours = pixels_of([opened(data)], reading_of(processor))
    assert pixel_cosine(ours, stock_pixels(processor, opened(data))) >= LEAST_PIXEL_COSINE


@pytest.mark.parametrize(
    ("edge_px", "decoded"),
    [(224, (1000, 750)), (80, (500, 375)), (448, (2000, 1500)), (1000, (4000, 3000))],
)
def test_no_more_is_decoded_than_three_times_what_the_model_gets(
    edge_px: int, decoded: tuple[int, int]
) -> None:
    image = opened(jpeg((4000, 3000)))
    pixels_of([image], reading_of(stock("clip", edge_px)))
    assert image.size == decoded


def test_the_middle_of_a_strip_agrees() -> None:
    processor = stock("clip", 64)
    data = jpeg((2400, 160))
    ours = pixels_of([opened(data)], reading_of(processor))
    assert pixel_cosine(ours, stock_pixels(processor, opened(data))) >= 0.999


def test_a_photograph_that_was_used_gives_the_same_pixels_again() -> None:
    image, reading = opened(jpeg((1600, 1200))), reading_of(stock("clip", 80))
    assert (pixels_of([image], reading) == pixels_of([image], reading)).all()


@pytest.mark.parametrize(
    "changed",
    [
        {"image_processor_type": "ViTImageProcessor"},
        {"do_normalize": False},
        {"do_resize": False},
        {"size": {"height": 224, "width": 224}},
        {"size": {"shortest_edge": 224, "longest_edge": 300}},
        {"crop_size": {"height": 256, "width": 256}},
        {"do_center_crop": False},
        {"size": None, "crop_size": None},
    ],
    ids=str,
)
def test_another_preparation_is_left_to_the_stock_processor(changed: dict[str, Any]) -> None:
    assert image_reading({**stock("clip", 224).to_dict(), **changed}) is None


def test_naflex_is_left_to_the_stock_processor() -> None:
    from transformers import Siglip2ImageProcessorPil

    assert image_reading(Siglip2ImageProcessorPil().to_dict()) is None
