"""Measures strategies end to end, from what the whole system stores about a labelled campus."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any, Final

import numpy as np
from django.conf import settings
from django.test.utils import override_settings

from lostfound.models import Post
from matching.bundled.drawing.captions import caption
from matching.bundled.drawing.things import Thing
from matching.core.calibrated import CalibratedV3
from matching.core.registry import STRATEGIES
from matching.core.types import Scores
from matching.core.weights import OVERLAP, TERMS, EvidenceWeights
from matching.demo.campus import DemoPost, demo_posts
from matching.demo.seed import Progress, demo_accounts, submit_specs
from matching.evaluation.benchmark import Outcome
from matching.evaluation.ranking import RULED_OUT, Ranking, competing
from matching.learning.fit import LearningResult, learn
from matching.learning.simulated_annotators import simulate_annotators
from matching.models import Match, MatchingJob
from matching.services import build_scoring_profile, match_post, retry_matching

PAIRS_PER_PATTERN: Final = 45
SINGLES_PER_KIND: Final = 60
LOOK_ALIKES: Final = 80
# A few categories make up most of what is lost, and each has a look-alike here.
LEAVES: Final = (
    *("wallet_long", "notebook", "phone", "earphones"),
    *("umbrella", "umbrella_folding", "tumbler", "pencil_case"),
)
# Most things are black, white or blue.
COLOURS: Final = ("black", "black", "white", "gray", "navy", "blue")
DETAILS: Final = (1, 1, 1, 2, 3)  # colour and kind; the pattern; all five attributes
WRONG_LABELS: Final = 0.1
KEPT: Final = 20  # candidates stored per post; a lower rank counts as not found
PATTERNS: Final = ("both", "found_only", "lost_only", "none")


def evaluate_demo(
    strategies: Sequence[str], *, seed: int, n_places: int, progress: Progress
) -> dict[str, Outcome]:
    """Fill an empty database with a labelled campus, and match it with every strategy.

    Every post goes through the services, encoder, index and storage of production; only the
    threshold is lowered, so that every rank is known.
    """
    specs = demo_posts(
        seed,
        LEAVES,
        n_places,
        pairs=dict.fromkeys(PATTERNS, PAIRS_PER_PATTERN),
        singles_per_kind=SINGLES_PER_KIND,
        look_alikes=LOOK_ALIKES,
    )
    specs = [_as_people_write(spec, number) for number, spec in enumerate(specs)]
    posts = submit_specs(specs, demo_accounts("!"), progress, _as_learnt)
    sides: dict[int, dict[str, Post]] = defaultdict(dict)
    for spec, post in zip(specs, posts, strict=True):
        if spec.pair is not None:
            sides[spec.pair][spec.kind] = post
    pairs = [(side["lost"], side["found"]) for side in sides.values()]
    outcomes = {}
    for name in strategies:
        _match_all(posts, name, progress)
        outcomes[name] = Outcome(name, [_ranking(posts, pairs, name)])
    return outcomes


def _as_learnt(thing: Thing, spec: DemoPost) -> str:
    """The training captions, with which all published figures were measured."""
    return caption(thing, spec.words_seed + 1, spec.language, spec.detail)


def _as_people_write(spec: DemoPost, number: int) -> DemoPost:
    """Makes a post realistic: terse text, sometimes a wrong label, and never a good photograph."""
    rng = Random(f"people-{number}-{spec.words_seed}")
    of_thing = Random(f"colour-{spec.thing_seed}")
    is_mislabelled = rng.random() < WRONG_LABELS
    return replace(
        spec,
        detail=rng.choice(DETAILS),
        preset="full",
        colour=of_thing.choice(COLOURS),
        label=rng.choice(LEAVES) if is_mislabelled else "",
    )


def _match_all(posts: Sequence[Post], name: str, progress: Progress) -> None:
    kept = {"STRATEGY": name, "THRESHOLD": -1.0, "TOP_K": KEPT}
    with override_settings(MATCHING={**settings.MATCHING, **kept}):
        Match.objects.all().delete()
        if not MatchingJob.objects.filter(status=MatchingJob.Status.DONE).exists():
            with progress("Embedding", len(posts)) as bar:
                for post in posts:
                    match_post(post.pk)
                    bar.update(1)
            Match.objects.all().delete()
        build_scoring_profile()
        retry_matching(posts)
        with progress(f"Matching with {name}", len(posts)) as bar:
            for post in posts:
                if match_post(post.pk) != "matched":
                    row = MatchingJob.objects.get(post=post)
                    raise RuntimeError(f"Post {post.pk} was not matched: {row.error}")
                bar.update(1)


def _ranking(posts: Sequence[Post], pairs: Sequence[tuple[Post, Post]], name: str) -> Ranking:
    """The stored scores as a matrix; pairs that were not stored count as excluded."""
    rows = {post.pk: row for row, post in enumerate(p for p in posts if p.kind == "lost")}
    columns = {post.pk: row for row, post in enumerate(p for p in posts if p.kind == "found")}
    scores = np.full((len(rows), len(columns)), RULED_OUT)
    stored = Match.objects.filter(status=Match.Status.SUGGESTED, strategy=name)
    for lost, found, score in stored.values_list("lost", "found", "score"):
        scores[rows[lost], columns[found]] = score
    with_photo = set(
        Post.objects.filter(photos__isnull=False).values_list("pk", flat=True).distinct()
    )
    lost_photo = np.array([pk in with_photo for pk in rows])[:, None]
    found_photo = np.array([pk in with_photo for pk in columns])[None, :]
    pattern = np.where(lost_photo, np.where(found_photo, 0, 2), np.where(found_photo, 1, 3))
    return Ranking(
        strategy=name,
        threshold=STRATEGIES[name].threshold,
        scores=scores,
        pair_lost=np.array([rows[lost.pk] for lost, _ in pairs], dtype=np.int64),
        pair_found=np.array([columns[found.pk] for _, found in pairs], dtype=np.int64),
        pattern=pattern,
    )


def measure_demo_learning_gain(
    outcome: Outcome, *, judged: int, error_rates: Sequence[float], seed: int
) -> tuple[LearningResult, Outcome, Outcome]:
    """Let simulated annotators judge what is stored, learn from it, and measure the other posts.

    Returns: the result of learning, and the unjudged lost posts before and after it. The scores
        after it are computed from the stored terms.
    """
    (ranking,) = outcome.rankings
    stored = _stored_scores(CalibratedV3.name)
    annotators = simulate_annotators(
        stored.__getitem__, ranking.is_pair, judged=judged, error_rates=error_rates, seed=seed
    )
    result = learn(annotators.judgements, EvidenceWeights())
    evidence_weights = (
        result.fitted.evidence_weights
        if result.is_promoted and result.fitted
        else EvidenceWeights()
    )
    scores = np.full(ranking.scores.shape, RULED_OUT)
    for lost, one in enumerate(stored):
        evidence: dict[str, Any] = {name: one.terms[name] for name in TERMS if name in one.terms}
        prior = one.terms["prior"] + one.terms[OVERLAP]
        alone = evidence_weights.probability(evidence_weights.log_odds(prior, evidence))
        scores[lost, one.post_ids] = alone
    learnt = replace(ranking, scores=competing(scores))
    before, after = (
        Outcome(outcome.strategy, [one.of_lost(annotators.unseen)]) for one in (ranking, learnt)
    )
    return result, before, after


def _stored_scores(name: str) -> list[Scores]:
    """The stored scores of each lost post; post ids are rows of found posts."""
    lost, found = (
        list(Post.objects.filter(kind=kind).order_by("pk").values_list("pk", flat=True))
        for kind in (Post.Kind.LOST, Post.Kind.FOUND)
    )
    column = {pk: number for number, pk in enumerate(found)}
    listed: dict[int, list[Match]] = defaultdict(list)
    for match in Match.objects.filter(status=Match.Status.SUGGESTED, strategy=name).order_by("pk"):
        listed[match.lost_id].append(match)
    return [
        Scores(
            post_ids=np.array([column[one.found_id] for one in listed[pk]], dtype=np.int64),
            score=np.array([one.score for one in listed[pk]], dtype=np.float64),
            terms={
                term: np.array([one.terms.get(term) for one in listed[pk]], dtype=np.float64)
                for term in ("prior", *TERMS, OVERLAP)
            },
            exclusions={},
            log_odds=np.array([one.log_odds for one in listed[pk]], dtype=np.float64),
        )
        for pk in lost
    ]


def figures_of(outcomes: dict[str, Outcome]) -> dict[str, Any]:
    """The outcomes in the form of the benchmark's JSON."""
    return {"strategies": {name: outcome.figures for name, outcome in outcomes.items()}}
