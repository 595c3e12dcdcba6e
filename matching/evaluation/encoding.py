"""Encodes the texts of a benchmark dataset anew, to compare encoders on the same posts."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from matching.core.vectors import Vec, means_of_known
from matching.encoders.base import TextEncoder
from matching.encoders.prompts import CategoryPrompts
from matching.evaluation.dataset import BenchmarkDataset
from matching.evaluation.dataset_file import DatasetFileError

AT_ONCE: Final = 64  # texts in one forward pass


def encoded_anew(
    dataset: BenchmarkDataset,
    texts: dict[str, list[str]],
    prompts: Sequence[CategoryPrompts],
    encoder: TextEncoder,
    second: TextEncoder | None = None,
) -> BenchmarkDataset:
    """The same posts with vectors of other encoders.

    Args:
        texts: of both kinds, in the order of the dataset's posts.
        prompts: of the same categories in the same order; there may be more of them.
        second: makes the vectors of the `sentence` channel.

    Raises: DatasetFileError if it has photographs, if texts are missing, or if the categories are
        fewer than the dataset's.
    """
    if not np.isnan(dataset.image_lost).all() or not np.isnan(dataset.image_found).all():
        raise DatasetFileError("It has photographs, which only their own encoder can make anew.")
    if len(prompts) < len(dataset.family):
        raise DatasetFileError(
            f"It has {len(dataset.family)} categories, more than the site's {len(prompts)}."
        )
    families = list(dict.fromkeys(one.family for one in prompts))
    names = [text for one in prompts for text in one.texts]
    vecs: dict[str, Any] = {}
    for kind in ("lost", "found"):
        if len(texts.get(kind, ())) != len(getattr(dataset, f"text_{kind}")):
            raise DatasetFileError(f"The .json file beside it does not have all {kind} texts.")
        vecs[f"text_{kind}"] = _encoded(encoder, texts[kind])
        vecs[f"image_{kind}"] = np.full_like(vecs[f"text_{kind}"], np.nan)
        if second is not None:
            vecs[f"sentence_{kind}"] = _encoded(second, texts[kind])
    return replace(
        dataset,
        **vecs,
        prompts=means_of_known(
            np.nan_to_num(_encoded(encoder, names)), [len(one.texts) for one in prompts]
        ),
        family=np.array([families.index(one.family) for one in prompts], dtype=np.int64),
    )


def _encoded(encoder: TextEncoder, texts: Sequence[str]) -> Vec:
    """Shape: (n, dim), NaN for a text that the encoder cannot read"""
    batches = range(0, len(texts), AT_ONCE)
    vecs = np.concatenate([encoder.encode_texts(texts[row : row + AT_ONCE]) for row in batches])
    vecs[~vecs.any(axis=1)] = np.nan
    return vecs
