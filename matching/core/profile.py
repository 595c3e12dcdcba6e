"""What `calibrated_v3` knows about a site besides the two posts: arrays, stored as one file."""

import io
import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, Self

import numpy as np

from matching.core.arrays import Floats, Texts
from matching.core.calibration import Calibration
from matching.core.found_days import FoundDays
from matching.core.vectors import Vec, unit
from matching.core.weights import EvidenceWeights

FORMAT: Final = 4
WITHOUT_SENTENCES: Final = 3  # an older format, which can still be read
ARRAYS: Final = (
    *("categories", "families", "prompt_vecs", "prior", "text_mean", "image_mean"),
    *("text_class_means", "image_class_means", "text_metric", "image_metric"),
    *("lost_texts", "lost_images", "found_texts", "found_images"),
    *("sentence_class_means", "sentence_metric", "lost_sentences", "found_sentences"),
)
DAYS: Final = "found_day_counts"


class ProfileUnreadable(ValueError):
    """The bytes are not a scoring profile, or not one of this format."""


@dataclass(frozen=True)
class Normal:
    """A normal distribution of normalised similarities."""

    mean: float
    sd: float


@dataclass(frozen=True)
class LossPatterns:
    """How people lose and find things here; defaults describe a typical campus.

    Attributes:
        match_share: share of lost posts whose thing is or will be among the found posts.
        delay_days: mean time from loss to find.
        same_building: share of true pairs with the same building.
        same_zone: share of true pairs with the same zone, but not the same building.
    """

    match_share: float = 0.6
    delay_days: float = 4.0
    same_building: float = 0.52
    same_zone: float = 0.28


@dataclass(frozen=True)
class Shares:
    """How common each value is among the posts that state one, by code."""

    building: dict[str, float] = field(default_factory=dict)
    zone: dict[str, float] = field(default_factory=dict)
    colour: dict[str, float] = field(default_factory=dict)
    brand: dict[str, float] = field(default_factory=dict)
    token: dict[str, float] = field(default_factory=dict)  # only tokens of more than one post


@dataclass(frozen=True, eq=False)
class ScoringProfile:
    """The statistics of one site under one encoder.

    Shape: categories, families, prior (c,); prompt_vecs, text_class_means, image_class_means
        (c, dim); text_mean, image_mean (dim,); text_metric, image_metric (dim, k), k at most dim;
        lost_texts ... found_images (at most 512, dim): the cohorts, unit residuals; all with
        "sentence" likewise, sentence_dim in place of dim, 0 without a second text encoder

    Attributes:
        version: primary key of the stored profile, 0 if it is not in a database.
        fingerprint: of the encoder that made the vectors.
        prior: share of each category among the posts.
        text_metric: multiplies residuals before two of them are compared; likewise image_metric.
        text_logit_sd: spread of the centred prompt logits; likewise image_logit_sd.
        share_space: whether texts and photographs can be compared.
        sentence_fingerprint: of the second text encoder, empty without one.
        matching: distribution of a true pair's normalised similarity, by channel.
        found_days: the days of the found posts that were open when it was built.
        calibration: what was learnt from the open posts.
        evidence_weights: what learning from decisions changes.
        day_span_days: length of the period that the posts cover.
        built_from: what it was built from, as counts such as "texts" and "images".
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
    sentence_class_means: Vec
    sentence_metric: Vec
    lost_sentences: Vec
    found_sentences: Vec
    text_logit_sd: float
    image_logit_sd: float
    matching: dict[str, Normal]
    day_span_days: float
    share_space: bool = True
    sentence_fingerprint: str = ""
    found_days: FoundDays = field(default_factory=FoundDays)
    calibration: Calibration = field(default_factory=Calibration)
    loss_patterns: LossPatterns = field(default_factory=LossPatterns)
    shares: Shares = field(default_factory=Shares)
    evidence_weights: EvidenceWeights = field(default_factory=EvidenceWeights)
    built_from: dict[str, int] = field(default_factory=dict)

    @property
    def dim(self) -> int:
        """Length of the vectors."""
        return int(self.text_mean.shape[0])

    @property
    def sentence_dim(self) -> int:
        """Length of the second encoder's vectors; 0 without one."""
        return int(self.sentence_class_means.shape[1])

    @cached_property
    def compared_cohorts(self) -> dict[str, Vec]:
        """The cohorts under their metric, as residuals of one modality are compared.

        Shape: each (at most 512, k), unit length
        """
        return {
            f"{kind}_{modality}s": unit(
                getattr(self, f"{kind}_{modality}s") @ getattr(self, f"{modality}_metric")
            )
            for kind in ("lost", "found")
            for modality in ("text", "image", "sentence")
        }

    def with_(self, **changes: Any) -> Self:
        """A copy with these fields changed."""
        return replace(self, **changes)

    def to_bytes(self) -> bytes:
        """Serialises to one .npz file without pickled objects."""
        # "habits" and "weighing" are the format's names for loss patterns and evidence weights.
        facts = {
            "format": FORMAT,
            "version": self.version,
            "fingerprint": self.fingerprint,
            "text_logit_sd": self.text_logit_sd,
            "image_logit_sd": self.image_logit_sd,
            "matching": {name: [n.mean, n.sd] for name, n in self.matching.items()},
            "day_span_days": self.day_span_days,
            "share_space": self.share_space,
            "sentence_fingerprint": self.sentence_fingerprint,
            "found_days": [self.found_days.first, self.found_days.undated, self.found_days.rate],
            "calibration": vars(self.calibration),
            "habits": vars(self.loss_patterns),
            "shares": vars(self.shares),
            "weighing": self.evidence_weights.as_json(),
            "built_from": self.built_from,
        }
        file = io.BytesIO()
        arrays = {name: getattr(self, name) for name in ARRAYS}
        arrays[DAYS] = self.found_days.counts
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
                version = facts.pop("format")
                if version not in (FORMAT, WITHOUT_SENTENCES):
                    raise ProfileUnreadable("The scoring profile has an unsupported format.")
                arrays = {name: file[name] for name in ARRAYS if name in file}
                counts = file[DAYS]
            if version == WITHOUT_SENTENCES:
                arrays |= no_sentences(len(arrays["categories"]))
                facts["calibration"] |= {
                    name: _with_sentence_bit(facts["calibration"][name])
                    for name in ("overlap", "most")
                }
                facts["matching"]["sentence"] = facts["matching"]["text_text"]
            first, undated, rate = facts.pop("found_days")
            calibration = facts.pop("calibration")
            calibration |= {name: tuple(calibration[name]) for name in ("overlap", "most")}
            matching = {name: Normal(*pair) for name, pair in facts.pop("matching").items()}
            loss_patterns = LossPatterns(**facts.pop("habits"))
            shares = Shares(**facts.pop("shares"))
            evidence_weights = EvidenceWeights.from_json(facts.pop("weighing"))
            return cls(
                matching=matching,
                found_days=FoundDays(first, counts, undated, rate),
                calibration=Calibration(**calibration),
                loss_patterns=loss_patterns,
                shares=shares,
                evidence_weights=evidence_weights,
                **arrays,
                **facts,
            )
        except ProfileUnreadable:
            raise
        except Exception as error:  # a damaged file can fail anywhere in numpy, zip or json
            raise ProfileUnreadable(f"Not a valid scoring profile: {error}") from error


def no_sentences(n_categories: int) -> dict[str, Vec]:
    """The arrays of a profile without a second text encoder."""
    return {
        "sentence_class_means": np.zeros((n_categories, 0), dtype=np.float32),
        **dict.fromkeys(
            ("sentence_metric", "lost_sentences", "found_sentences"),
            np.zeros((0, 0), dtype=np.float32),
        ),
    }


def _with_sentence_bit(by_pattern: list[float]) -> list[float]:
    """Values by channels present, as if pairs with and without second vectors were alike."""
    texts, others = by_pattern[len(by_pattern) // 2 :], by_pattern[: len(by_pattern) // 2]
    return [*others, *others, *texts, *texts]
