"""Training batches: two views and two captions of each thing, made in worker processes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Final

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, IterableDataset, get_worker_info
from transformers import PreTrainedTokenizerFast

from matching.bundled.drawing.captions import prompts, training_caption
from matching.bundled.drawing.draw import draw_thing
from matching.bundled.drawing.things import (
    ACCESSORIES,
    COLOURS,
    DRAWABLE,
    PATTERNS,
    Thing,
    sample_thing,
)
from matching.bundled.drawing.views import between, view
from matching.bundled.drawing.words import Language, names

SPRITE_PX: Final = 112
IMAGE_PX: Final = 80
POOL: Final = 12_000  # things that each worker process keeps
LANGUAGES: Final[tuple[Language, ...]] = ("ko", "en")
FIRST_DRAWN: Final = 800
DRAWN_PER_BATCH: Final = 24
TEXT_ONLY: Final = 48  # things per batch with captions only
BASIC_SHARE: Final = 0.12  # of captions, a bare category prompt
TEST_SEEDS: Final = range(900_000_000, 900_100_000)  # never trained on
ATTRIBUTES: Final = ("category", "colour", "accent", "pattern", "accessory")


@dataclass
class Batch:
    """A batch of B things.

    Shapes: images (2B, 3, 80, 80) uint8, first views then second; tokens and mask
    (2B + 2T + L, len), the last L being one prompt of each drawable leaf; labels (B, 5) int64, -1
    where the picture does not show the attribute.
    """

    images: torch.Tensor
    tokens: torch.Tensor
    mask: torch.Tensor
    labels: torch.Tensor


class Views(IterableDataset[Batch]):
    """An endless stream of batches; views become harder over the first `ramp` steps."""

    def __init__(
        self, tokenizer: PreTrainedTokenizerFast, size: int, seed: int, first_step: int, ramp: int
    ) -> None:
        self.tokenizer, self.size, self.seed = tokenizer, size, seed
        self.first_step, self.ramp = first_step, ramp

    def __iter__(self) -> Iterator[Batch]:
        info = get_worker_info()
        if info:
            torch.set_num_threads(1)
        worker, workers = (info.id, info.num_workers) if info else (0, 1)
        rng = Random(f"views-{self.seed}-{worker}-{self.first_step}")
        np_rng = np.random.default_rng(rng.randrange(2**31))
        unsampled = sorted(set(names("ko")) - set(DRAWABLE))
        pool: list[tuple[Thing, np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]] = []
        step = self.first_step + worker
        while True:
            for _ in range(DRAWN_PER_BATCH if pool else FIRST_DRAWN):
                drawn = _draw(rng)
                if len(pool) < POOL:
                    pool.append(drawn)
                else:
                    pool[rng.randrange(POOL)] = drawn
            limits = between(min(1.1, 0.15 + step / self.ramp))
            chosen = rng.sample(pool, self.size)
            images = np.empty((2 * self.size, 3, IMAGE_PX, IMAGE_PX), np.uint8)
            for row, (_, sprite) in enumerate(chosen):
                opened = Image.fromarray(sprite)
                for half in (0, 1):
                    picture = view(opened, np_rng, limits, IMAGE_PX)
                    images[half * self.size + row] = np.asarray(picture).transpose(2, 0, 1)
            things = [thing for thing, _ in chosen]
            written = [
                replace(sample_thing(rng.randrange(2**31)), category=rng.choice(unsampled))
                for _ in range(TEXT_ONLY)
            ]
            texts = [
                _text(thing, rng) for group in (things, written) for _ in (0, 1) for thing in group
            ]
            texts += [rng.choice(prompts(c, rng.choice(LANGUAGES))) for c in DRAWABLE]
            encoded = self.tokenizer(
                texts, padding=True, truncation=True, return_tensors="pt", max_length=64
            )
            yield Batch(
                torch.from_numpy(images),
                encoded["input_ids"],
                encoded["attention_mask"],
                torch.tensor([_labels(thing) for thing in things]),
            )
            step += workers


def loader(dataset: Views, workers: int) -> DataLoader[Batch]:
    """Batches prefetched by `workers` processes; 0 makes them on demand in this process."""
    ahead = 4 if workers else None
    return DataLoader(dataset, batch_size=None, num_workers=workers, prefetch_factor=ahead)


def _draw(rng: Random) -> tuple[Thing, np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    thing = sample_thing(rng.randrange(TEST_SEEDS.start), rng.choice(DRAWABLE))
    return thing, np.asarray(draw_thing(thing, SPRITE_PX))


def _text(thing: Thing, rng: Random) -> str:
    language: Language = rng.choice(LANGUAGES)
    if rng.random() < BASIC_SHARE:
        return rng.choice(prompts(thing.category, language))
    return training_caption(thing, rng, language)


def _labels(thing: Thing) -> list[int]:
    shows_accent = thing.accessory != "none" or thing.pattern in (
        "stripes",
        "dots",
        "check",
        "zigzag",
    )
    return [
        DRAWABLE.index(thing.category),
        list(COLOURS).index(thing.colour),
        list(COLOURS).index(thing.accent) if shows_accent else -1,
        PATTERNS.index(thing.pattern),
        ACCESSORIES.index(thing.accessory),
    ]
