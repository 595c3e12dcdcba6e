"""What `calibrated_v3` knows of a site beside the two posts: plain arrays, kept as one file."""

import io
import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, Self

import numpy as np

from matching.core.arrays import Floats, Texts
from matching.core.vectors import Vec, unit
from matching.core.weights import EvidenceWeights

FORMAT: Final = 2
ARRAYS: Final = (
    *("categories", "families", "prompt_vecs", "prior", "text_mean", "image_mean"),
    *("text_class_means", "image_class_means", "text_metric", "image_metric"),
    *("lost_texts", "lost_images", "found_texts", "found_images"),
)


class ProfileUnreadable(ValueError):
    """The bytes are no profile of this format."""


@dataclass(frozen=True)
class Normal:
    """A normal distribution of normalised similarities."""

    mean: float
    sd: float


@dataclass(frozen=True)
class LossPatterns:
    """How people lose and find here; the numbers are of a typical campus until a site knows more.

    Attributes:
        match_share: of the lost posts, how many have their thing among the open found posts.
        delay_days: mean time from loss to find.
        same_building: share of true pairs with the same building, likewise the same zone only.
    """

    match_share: float = 0.6
    delay_days: float = 4.0
    same_building: float = 0.52
    same_zone: float = 0.28


@dataclass(frozen=True)
class Shares:
    """How common a value is among the posts that name one, by its code."""

    building: dict[str, float] = field(default_factory=dict)
    zone: dict[str, float] = field(default_factory=dict)
    colour: dict[str, float] = field(default_factory=dict)
    token: dict[str, float] = field(default_factory=dict)  # identity tokens of several posts


@dataclass(frozen=True, eq=False)
class ScoringProfile:
    """The statistics of one site under one encoder.

    Shape: categories, families, prior (c,); prompt_vecs, text_class_means, image_class_means
        (c, dim); text_mean, image_mean (dim,); text_metric, image_metric (dim, k), k at most dim;
        lost_texts ... found_images (at most 512, dim): the cohorts, unit residuals

    Attributes:
        version: number of the stored profile, 0 where it is of no database.
        fingerprint: of the encoder that made the vectors.
        prior: share of each category among the posts.
        text_metric: what a residual is multiplied with before two of them are compared.
        text_logit_sd: spread of the centred prompt logits; likewise image_logit_sd.
        matching: how the normalised similarity of a true pair lies, by channel.
        weighing: what learning from decisions changes.
        open_found: found posts that were open when it was built.
        day_span_days: length of the period that the posts lie in.
        built_from: counts that say so, such as "texts" and "images".
    """

    version: int
    fingerprint: str
    categories: Texts
    families: Texts
    prompt_vecs: Vec
    prior: Floats
    text_mean: Vec
    image_mean: Vec
    text_class_means: Vec
    image_class_means: Vec
    text_metric: Vec
    image_metric: Vec
    lost_texts: Vec
    lost_images: Vec
    found_texts: Vec
    found_images: Vec
    text_logit_sd: float
    image_logit_sd: float
    matching: dict[str, Normal]
    open_found: int
    day_span_days: float
    loss_patterns: LossPatterns = field(default_factory=LossPatterns)
    shares: Shares = field(default_factory=Shares)
    evidence_weights: EvidenceWeights = field(default_factory=EvidenceWeights)
    built_from: dict[str, int] = field(default_factory=dict)

    @property
    def dim(self) -> int:
        """Length of the vectors."""
        return int(self.text_mean.shape[0])

    @cached_property
    def compared_cohorts(self) -> dict[str, Vec]:
        """The cohorts as residuals are compared within one modality: under the metric.

        Shape: each (at most 512, k), unit length
        """
        return {
            "lost_texts": unit(self.lost_texts @ self.text_metric),
            "found_texts": unit(self.found_texts @ self.text_metric),
            "lost_images": unit(self.lost_images @ self.image_metric),
            "found_images": unit(self.found_images @ self.image_metric),
        }

    def with_(self, **changes: Any) -> Self:
        """A copy with these fields changed."""
        return replace(self, **changes)

    def to_bytes(self) -> bytes:
        """One file, without pickled objects."""
        facts = {
            "format": FORMAT,
            "version": self.version,
            "fingerprint": self.fingerprint,
            "text_logit_sd": self.text_logit_sd,
            "image_logit_sd": self.image_logit_sd,
            "matching": {name: [n.mean, n.sd] for name, n in self.matching.items()},
            "open_found": self.open_found,
            "day_span_days": self.day_span_days,
            "habits": vars(self.loss_patterns),
            "shares": vars(self.shares),
            "weighing": self.evidence_weights.as_json(),
            "built_from": self.built_from,
        }
        file = io.BytesIO()
        arrays = {name: getattr(self, name) for name in ARRAYS}
        np.savez_compressed(file, facts=np.array(json.dumps(facts)), **arrays)
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The profile that `to_bytes` wrote.

        Raises: ProfileUnreadable
        """
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as file:
                facts = json.loads(str(file["facts"]))
                arrays = {name: file[name] for name in ARRAYS}
            if facts.pop("format") != FORMAT:
                raise ProfileUnreadable("The profile was written in another format.")
            matching = {name: Normal(*pair) for name, pair in facts.pop("matching").items()}
            loss_patterns, shares = (
                LossPatterns(**facts.pop("habits")),
                Shares(**facts.pop("shares")),
            )
            evidence_weights = EvidenceWeights.from_json(facts.pop("weighing"))
            return cls(
                matching=matching,
                loss_patterns=loss_patterns,
                shares=shares,
                evidence_weights=evidence_weights,
                **arrays,
                **facts,
            )
        except ProfileUnreadable:
            raise
        except Exception as error:  # whatever a damaged file makes numpy, zip or json say
            raise ProfileUnreadable(f"These bytes are no scoring profile: {error}") from error
