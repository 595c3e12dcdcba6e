"""Learning from decisions: collects, fits, promotes, and rolls back."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.db import transaction

from lostfound.models import User
from matching.core.calibrated import CalibratedV3
from matching.core.weights import TERMS, EvidenceWeights
from matching.encoders.base import current_fingerprint
from matching.learning.fit import LearningResult, learn
from matching.learning.judgements import NOT_LEARNT, Judgements
from matching.models import Impression, Match, MatchDecision, StoredProfile
from matching.services.profiles import store_profile

logger = logging.getLogger(__name__)

NEWEST: Final = (
    20_000  # judgements to learn from; older ones may describe a campus that has changed
)
NOBODY: Final = 0  # stands for a person whose account has been deleted


class NothingToLearnFrom(Exception):
    """There is no scoring profile yet, or nothing to roll back."""


@dataclass(frozen=True)
class Learning:
    """The outcome of a run of learning.

    Attributes:
        stored: the new profile, if it was put in use.
        people: usernames of those whose decisions contradict the evidence.
        sampled: number of randomly sampled pairs that staff decided on.
        missed: matches among these, each counted 1 / probability: an estimate of how many true
            pairs were not suggested.
    """

    result: LearningResult
    stored: StoredProfile | None
    people: tuple[str, ...]
    sampled: int
    missed: float


def learn_from_decisions(*, dry_run: bool = False, without: Collection[str] = ()) -> Learning:
    """Fit the evidence weights to all decisions, and put them in use if the guard allows it.

    Args:
        dry_run: fit and compare, but store nothing.
        without: usernames whose decisions are left out.

    Raises: NothingToLearnFrom, EncoderUnavailable
    """
    fingerprint = current_fingerprint()
    current = _current(fingerprint)
    if current is None:
        raise NothingToLearnFrom("No post has been matched with this encoder yet.")
    judgements = collect_judgements(fingerprint, without=without)
    result = learn(judgements, current.evidence_weights)
    sampled = judgements.take(judgements.sampling_probability < 1.0)
    stored = None
    if result.is_promoted and result.fitted is not None and not dry_run:
        learnt = current.profile.with_(evidence_weights=result.fitted.evidence_weights)
        stored = store_profile(
            learnt,
            StoredProfile.Origin.LEARNT,
            prompts_digest=current.prompts_hash,
            report=_report(result),
        )
        logger.info("Scoring profile %s was learnt from %s decisions", stored.pk, len(judgements))
    return Learning(
        result=result,
        stored=stored,
        people=_names(result.verdict.people if result.verdict else ()),
        sampled=len(sampled),
        missed=float((sampled.is_match / sampled.sampling_probability).sum()),
    )


@transaction.atomic
def roll_back_profile() -> StoredProfile:
    """Return to the evidence weights before the last learnt ones; statistics stay as they are.

    Raises: NothingToLearnFrom, EncoderUnavailable
    """
    fingerprint = current_fingerprint()
    current = _current(fingerprint)
    versions_of_weights: list[tuple[int, EvidenceWeights]] = []
    origins = (StoredProfile.Origin.LEARNT, StoredProfile.Origin.ROLLED_BACK)
    versions = StoredProfile.objects.filter(fingerprint=fingerprint, origin__in=origins)
    for stored in versions.defer("data").order_by("pk"):
        if stored.origin == StoredProfile.Origin.LEARNT:
            versions_of_weights.append((stored.pk, stored.evidence_weights))
        elif versions_of_weights:
            versions_of_weights.pop()
    if current is None or not versions_of_weights:
        raise NothingToLearnFrom("No learnt weights are in use.")
    taken_back, _ = versions_of_weights.pop()
    before = versions_of_weights[-1][1] if versions_of_weights else EvidenceWeights()
    stored = store_profile(
        current.profile.with_(evidence_weights=before),
        StoredProfile.Origin.ROLLED_BACK,
        prompts_digest=current.prompts_hash,
        report={"taken_back": taken_back},
    )
    logger.info("Scoring profile %s rolls back what %s had learnt", stored.pk, taken_back)
    return stored


def collect_judgements(fingerprint: str, *, without: Collection[str] = ()) -> Judgements:
    """Staff decisions on pairs scored with this encoder, in chronological order.

    Takes the standing decision of each pair. Pairs that staff were shown and that another
    confirmation set aside count as no match, since a thing has one owner. Rejections for lack
    of information are left out.
    """
    standing = (
        MatchDecision.objects.filter(
            fingerprint=fingerprint,
            strategy=CalibratedV3.name,
            action__in=(MatchDecision.Action.CONFIRM, MatchDecision.Action.REJECT),
            undone_by=None,
            match__status__in=(Match.Status.CONFIRMED, Match.Status.REJECTED),
        )
        .exclude(reason=MatchDecision.Reason.UNCLEAR)
        .exclude(actor__username__in=without)
        .order_by("-at", "-pk")
    )
    rows: list[dict[str, Any]] = []
    seen: set[int] = set()
    for one in standing.values(
        *("match_id", "match__lost_id", "match__status", "actor_id", "action"),
        *("terms", "sampling_probability", "at"),
    )[:NEWEST]:
        is_match = one["action"] == MatchDecision.Action.CONFIRM
        is_confirmed = one["match__status"] == Match.Status.CONFIRMED
        if one["match_id"] not in seen and is_match == is_confirmed:
            seen.add(one["match_id"])
            rows.append(
                {
                    **one,
                    "is_match": is_match,
                    "sampling_probability": one["sampling_probability"] or 1.0,
                }
            )
    rows += _set_aside(fingerprint, without)
    rows = sorted(rows, key=lambda row: (row["at"], row["match_id"]))[-NEWEST:]
    return Judgements(
        terms=np.array(
            [[_number(row["terms"].get(name)) for name in TERMS] for row in rows], np.float64
        ).reshape(-1, len(TERMS)),
        prior=np.array([_not_learnt(row["terms"]) for row in rows], np.float64),
        is_match=np.array([row["is_match"] for row in rows], np.bool_),
        sampling_probability=np.array([row["sampling_probability"] for row in rows], np.float64),
        queries=np.array([row["match__lost_id"] for row in rows], np.int64),
        people=np.array([row["actor_id"] or NOBODY for row in rows], np.int64),
    )


def _set_aside(fingerprint: str, without: Collection[str]) -> list[dict[str, Any]]:
    """Pairs that were shown and then set aside by another confirmation, as they were last shown."""
    shown = (
        Impression.objects.filter(
            fingerprint=fingerprint,
            strategy=CalibratedV3.name,
            match__status=Match.Status.SET_ASIDE,
            match__set_aside_by__undone_by=None,
        )
        .exclude(match__set_aside_by__actor__username__in=without)
        .exclude(match__set_aside_by=None)
        .order_by("-shown_at", "-pk")
        .values(
            *("match_id", "match__lost_id", "match__set_aside_by__actor_id"),
            *("match__set_aside_by__at", "terms", "sampling_probability"),
        )
    )
    latest: dict[int, dict[str, Any]] = {}
    for row in shown[:NEWEST]:
        latest.setdefault(
            row["match_id"],
            {
                **row,
                "actor_id": row["match__set_aside_by__actor_id"],
                "at": row["match__set_aside_by__at"],
                "is_match": False,
            },
        )
    return list(latest.values())


def _current(fingerprint: str) -> StoredProfile | None:
    return StoredProfile.objects.filter(fingerprint=fingerprint, is_current=True).first()


def _names(people: Collection[int]) -> tuple[str, ...]:
    names = User.objects.filter(pk__in=people).values_list("username", flat=True)
    return tuple(sorted(names))


def _not_learnt(terms: Mapping[str, float | None]) -> float:
    return sum(terms.get(name) or 0.0 for name in NOT_LEARNT)


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)


def _report(result: LearningResult) -> dict[str, Any]:
    return {
        "stage": str(result.stage),
        "confirmed": result.confirmed,
        "rejected": result.rejected,
        **(result.verdict.figures if result.verdict else {}),
    }
