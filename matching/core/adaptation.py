"""Adapts a profile to the site's own posts, without any labelled pairs, and only if it helps.

The evidence is weighed so that it is calibrated on pairs that cannot be one thing, and likeliest
for the lost posts (`tilting`). A pair that all channels but one consider a match shows how vectors
of that one channel behave on true pairs (`metric`). What does not make lost posts likelier that it
was not learnt from is refused, so that a site is never worse off than at its cold start.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from matching.core.arrays import Bools, Floats, Ints
from matching.core.calibrated import channels, cold_channels
from matching.core.calibration import (
    CONTENT,
    LIKENESS,
    TOGETHER,
    Calibration,
    bounded,
    most_likeness,
    pattern_of,
    tail_of,
    weighed_sum,
)
from matching.core.competition import settle
from matching.core.context import cold_context, days_between, days_fit, of_losses
from matching.core.found_days import EARLIEST_DAYS
from matching.core.metric import Witnessed, learnt_metric
from matching.core.penalties import Choice, choose, is_clearly_better
from matching.core.prepared import Prepared, prepare, sentence_residuals
from matching.core.profile import ScoringProfile
from matching.core.tilting import Evidence
from matching.core.types import Candidates
from matching.core.vectors import Vec
from matching.core.weights import CHANNELS, COLD_WEIGHTS

LEAST_LOST: Final = 20  # with fewer, one post more or less decides what is learnt
MOST_LOST: Final = 600  # the newest posts are used, to bound time and memory
MOST_FOUND: Final = 1500
AT_ONCE: Final = 100  # lost posts compared at a time
KEPT: Final = 40  # candidates of each lost post; the others count as they are at a cold start
MOST_DECOYS: Final = 4_000  # likeliest, and as many sampled
LEAST_PROBABILITY: Final = 0.3  # of a pair according to all other channels
ROUNDS: Final = 3
# A posterior is a probability already, and shares of places are counted: what they are worth does
# not depend on the encoder, so that more is asked before it is changed.
STIFFNESS: Final = {"category": 30.0, "place": 30.0}
# What does not testify to how vectors of a modality behave on true pairs: the same words do not.
SAME_SOURCE: Final = {
    "text": ("text_text", "sentence"),
    "sentence": ("text_text", "sentence"),
    "image": ("image_image",),
}
TAIL: Final = "+"  # appended to a channel's name


@dataclass(frozen=True, eq=False)
class _Compared:
    """The posts as one profile prepares them, and the evidence of their pairs."""

    profile: ScoringProfile
    one: Prepared
    other: Prepared
    evidence: Evidence

    @classmethod
    def under(cls, profile: ScoringProfile, lost: Candidates, found: Candidates) -> "_Compared":
        one, other = prepare(lost, profile), prepare(found, profile)
        return cls(profile, one, other, _evidence(one, other, profile))

    def with_metrics(self, choice: Choice, rows: Bools) -> ScoringProfile:
        """The profile with metrics learnt from these lost posts."""
        metrics = {}
        seen = {
            without: _witnesses(self.evidence, choice, without, rows)
            for without in set(SAME_SOURCE.values())
        }
        for modality, without in SAME_SOURCE.items():
            if modality == "sentence" and not self.profile.sentence_dim:
                continue
            metrics[f"{modality}_metric"] = learnt_metric(
                self._residuals(self.one, modality),
                self._residuals(self.other, modality),
                seen[without],
            )
        return self.profile.with_(**metrics)

    def _residuals(self, posts: Prepared, modality: str) -> Vec:
        """The residuals before any metric, for photographs those of the covers."""
        if modality == "sentence":
            return sentence_residuals(posts.posts, posts.posterior, self.profile)
        return posts.text_cross.vecs if modality == "text" else posts.image_cross.vecs[: len(posts)]


def adapt(profile: ScoringProfile, lost: Candidates, found: Candidates) -> ScoringProfile:
    """The profile adapted to the open posts; unchanged with few lost or without found posts."""
    lost, found = _newest(lost, MOST_LOST), _newest(found, MOST_FOUND)
    if len(lost) < LEAST_LOST or not len(found):
        return profile
    everybody = np.ones(len(lost), dtype=np.bool_)
    compared = _Compared.under(profile, lost, found)
    choice = choose(lambda held_out: compared.evidence, compared.evidence)
    best, steps = (compared, choice), [_step(choice, is_adopted=choice.penalty is not None)]
    for _ in range(1, ROUNDS):

        def without(held_out: Bools, before: tuple[_Compared, Choice] = best) -> Evidence:
            taught = before[0].with_metrics(before[1], ~held_out)
            return _Compared.under(taught, lost, found).evidence

        compared = _Compared.under(best[0].with_metrics(best[1], everybody), lost, found)
        choice = choose(without, compared.evidence)
        is_better = is_clearly_better(choice.likelihood, best[1].likelihood)
        steps.append(_step(choice, is_adopted=is_better))
        if not is_better:
            break
        best = compared, choice
    return _calibrated(*best, steps)


def _step(choice: Choice, *, is_adopted: bool) -> dict[str, Any]:
    """What a round learnt, as likelihoods per lost post held back, and whether it was adopted."""
    return {
        "is_adopted": is_adopted,
        "penalty": choice.penalty,
        "cold": float(choice.likelihoods[None].mean()),
        "likelihood": float(choice.likelihood.mean()),
    }


def _calibrated(compared: _Compared, choice: Choice, steps: list[dict[str, Any]]) -> ScoringProfile:
    evidence, (weights, share) = compared.evidence, choice.weighed
    by_name = dict(zip(evidence.names, weights.tolist(), strict=True))
    calibration = Calibration(
        slopes={name: by_name[name] / COLD_WEIGHTS[name] for name in TOGETHER if name in by_name},
        tails={
            name: by_name[name + TAIL] / COLD_WEIGHTS[name]
            for name in CHANNELS
            if by_name.get(name + TAIL)
        },
        overlap=tuple(evidence.overlap(weights).tolist()),
        most=tuple(evidence.most.tolist()),
        report={
            "lost": len(compared.one),
            "found": len(compared.other),
            "decoys": len(evidence.decoys),
            "rounds": steps,
        },
    )
    patterns = compared.profile.loss_patterns
    return compared.profile.with_(
        calibration=calibration,
        loss_patterns=type(patterns)(**{**vars(patterns), "match_share": share}),
    )


def _newest(posts: Candidates, most: int) -> Candidates:
    if len(posts) <= most:
        return posts
    return posts.take(np.sort(np.argsort(posts.post_ids)[-most:]))


def _evidence(one: Prepared, other: Prepared, profile: ScoringProfile) -> Evidence:
    """The pairs' evidence before calibration: each lost post's likeliest ones, and decoys."""
    z = channels(one, other, share_space=profile.share_space)
    present = cold_channels(z, profile) | cold_context(one, other, profile)
    columns: dict[str, Floats] = {}
    cold: dict[str, float] = {}
    for name in TOGETHER:
        if name not in present or np.isnan(present[name]).all():
            continue
        columns[name] = np.nan_to_num(present[name])
        cold[name] = COLD_WEIGHTS[name]
        if name in z:
            columns[name + TAIL] = tail_of(z[name])
            cold[name + TAIL] = 0.0
    days = days_between(one.posts, other.posts)
    fits = days_fit(one, other, profile)
    eligible, crowd = of_losses(one, other, profile)
    # Where a day is unknown, a pair has the average prior of the eligible posts.
    prior = np.where(np.isnan(fits), 1.0 / eligible, fits / np.maximum(crowd, np.nan_to_num(fits)))
    weights = np.array(list(cold.values()))
    kind, likeness = weighed_sum(present, ("category",)), weighed_sum(present, LIKENESS)
    place = weighed_sum(present, ("place",))
    together = kind + likeness + place
    pattern = pattern_of(present)
    tails = np.sum([columns[name] for name in columns if name.endswith(TAIL)], axis=0)
    decoys, decoy_counts = _decoys((days < EARLIEST_DAYS).ravel(), (together + tails).ravel())
    with np.errstate(divide="ignore"):
        promising = np.asarray(together + np.log(prior))
    kept = min(KEPT, promising.shape[1])
    best = np.argpartition(-promising, kept - 1, axis=1)[:, :kept]
    looked_at = np.zeros(promising.shape, dtype=np.bool_)
    np.put_along_axis(looked_at, best, np.True_, axis=1)
    pairs = np.flatnonzero(looked_at & (prior > 0.0))
    lost, found = np.divmod(pairs, len(other))
    decoy_columns = np.stack([column.ravel()[decoys] for column in columns.values()], axis=1)
    term_of = [name.removesuffix(TAIL) for name in columns]
    evidence = Evidence(
        names=tuple(columns),
        cold_weights=weights,
        is_likeness=np.isin(term_of, LIKENESS),
        is_content=np.isin(term_of, CONTENT),
        stiffness=np.array([STIFFNESS.get(name, 1.0) for name in term_of]),
        pairs=np.stack([column.ravel()[pairs] for column in columns.values()], axis=1),
        lost=lost,
        found=found,
        pattern=pattern.ravel()[pairs],
        prior=prior.ravel()[pairs],
        category=present["category"].ravel()[pairs],
        rest=np.zeros(len(one)),
        decoys=decoy_columns,
        decoy_pattern=pattern.ravel()[decoys],
        decoy_category=present["category"].ravel()[decoys],
        decoy_counts=decoy_counts,
    )
    overlap = evidence.overlap(weights)
    alike, most = most_likeness(present["category"]), evidence.most[pattern]
    ratio = np.exp(bounded(kind, likeness, alike, most) + place - overlap[pattern])
    others = np.where(looked_at, 0.0, prior * ratio).sum(axis=1)
    # Found posts that are not here at all count as strangers do on average.
    absent = np.maximum(1.0 - prior.sum(axis=1), 0.0)
    return replace(evidence, rest=others + absent)


def _decoys(can_be: Bools, evidence: Floats) -> tuple[Ints, Floats]:
    """Rows of the likeliest decoys and of a sample of the others; how many each stands for.

    A mean likelihood ratio depends on the few decoys that look most like a pair.
    """
    rows = np.flatnonzero(can_be)
    if len(rows) <= 2 * MOST_DECOYS:
        return rows, np.ones(len(rows))
    likeliest_last = np.argpartition(evidence[rows], -MOST_DECOYS)
    others, likeliest = rows[likeliest_last[:-MOST_DECOYS]], rows[likeliest_last[-MOST_DECOYS:]]
    sampled = np.random.default_rng(0).choice(others, MOST_DECOYS, replace=False)
    counts = np.repeat([1.0, len(others) / MOST_DECOYS], MOST_DECOYS)
    return np.concatenate([likeliest, sampled]), counts


def _witnesses(
    evidence: Evidence, choice: Choice, without: tuple[str, ...], rows: Bools
) -> Witnessed:
    """Probable pairs that are each other's best match, leaving some channels out."""
    lost, found = evidence.lost, evidence.found
    log_odds = evidence.log_odds(choice.weighed, without)
    p = np.where(rows[lost], settle(lost, found, log_odds), 0.0)
    best_of_lost, best_of_found = np.zeros(lost.max() + 1), np.zeros(found.max() + 1)
    np.maximum.at(best_of_lost, lost, p)
    np.maximum.at(best_of_found, found, p)
    best = (p >= LEAST_PROBABILITY) & (p >= best_of_lost[lost]) & (p >= best_of_found[found])
    return Witnessed(lost[best], found[best], p[best])


__all__ = ["adapt"]
