"""Learning from decisions: collected from the database, promoted, rolled back."""

from datetime import timedelta
from io import StringIO
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from lostfound.models import Post, User
from lostfound.services import close_post
from matching.core.weights import TERMS, EvidenceWeights
from matching.learning.service import (
    NothingToLearnFrom,
    collect_judgements,
    learn_from_decisions,
    roll_back_profile,
)
from matching.models import Match, MatchDecision, MatchingJob, StoredProfile
from matching.services import (
    build_scoring_profile,
    confirm_match,
    current_profile,
    match_post,
    record_impressions,
    reject_match,
    sweep,
    undo_decision,
)
from tests.support.factories import StaffFactory
from tests.support.pairs import WHEN, make_match, make_post, make_user
from tests.support.pipeline import found, matched, pair_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake_encoder")]

FAKE = "fake-32"
V3 = {"strategy": "calibrated_v3", "fingerprint": FAKE}


def terms(text_text: float, **others: float) -> dict[str, float | None]:
    return {"prior": -4.0, **dict.fromkeys(TERMS), "text_text": text_text, **others}


@pytest.fixture
def profile(settings: Any, fake_encoder: Any) -> StoredProfile:
    settings.MATCHING = {**settings.MATCHING, "STRATEGY": "calibrated_v3"}
    return build_scoring_profile()


def decide_many(
    n: int, *, scale: float, actors: int = 2, error_rates: int = 0, seed: int = 0
) -> None:
    """Decisions of a site whose scores are overconfident by a factor of `scale`.

    Args:
        error_rates: the last actors, as many as this, decide everything the wrong way round.
    """
    rng = np.random.default_rng(seed)
    staff = [StaffFactory.create(username=f"staff{number}") for number in range(actors)]
    loser, finder = make_user("loser"), make_user("finder")
    start = timezone.now() - timedelta(days=10)
    # Of ten pairs with equal evidence, the share of matches equals their probability.
    values = np.repeat(np.linspace(-12.0, 20.0, n // 10), 10)
    share = 1.0 / (1.0 + np.exp(-scale * (values - 4.0)))
    truth = np.arange(n) % 10 + 0.5 < 10 * share
    rows = rng.permutation(n).tolist()
    lost, found_posts = (
        Post.objects.bulk_create(
            Post(kind=kind, title=f"{kind} {number}", author=author, happened_on=WHEN)
            for number in range(n)
        )
        for kind, author in (("lost", loser), ("found", finder))
    )
    # Creating them one by one would take most of the time of these tests.
    confirmed = [
        bool(truth[row]) ^ (number % actors >= actors - error_rates)
        for number, row in enumerate(rows)
    ]
    matches = Match.objects.bulk_create(
        Match(
            lost=lost[number],
            found=found_posts[number],
            score=0.8,
            status="confirmed" if confirmed[number] else "rejected",
            terms=terms(float(values[row])),
            exclusions=[],
            evidence_hash=f"{number:064x}",
            **V3,
        )
        for number, row in enumerate(rows)
    )
    decisions = MatchDecision.objects.bulk_create(
        MatchDecision(
            match=match,
            action="confirm" if confirmed[number] else "reject",
            actor=staff[number % actors],
            status_before="suggested",
            score=0.5,
            terms=match.terms,
            evidence_hash=match.evidence_hash,
            **V3,
        )
        for number, match in enumerate(matches)
    )
    for number, decision in enumerate(decisions):
        decision.at = start + timedelta(minutes=number)
    MatchDecision.objects.bulk_update(decisions, ["at"])


# --- What is collected ---


def staff() -> User:
    return StaffFactory.create()


def pair(name: str, **fields: Any) -> Match:
    loser, finder = make_user(f"loser {name}"), make_user(f"finder {name}")
    return make_match(
        make_post("lost", f"L {name}", loser),
        make_post("found", f"F {name}", finder),
        **{**V3, "terms": terms(2.0), **fields},
    )


def test_only_standing_decisions_are_learnt_from() -> None:
    actor = staff()
    one, other, taken_back, unclear = (pair(name) for name in "abcd")
    confirm_match(one, actor=actor)
    reject_match(other, actor=actor, reason="different_detail")
    undo_decision(reject_match(taken_back, actor=actor), actor=actor)
    reject_match(unclear, actor=actor, reason="unclear")
    of = collect_judgements(FAKE)
    assert of.queries.tolist() == [one.lost_id, other.lost_id]
    assert of.is_match.tolist() == [True, False]
    assert of.columns["text_text"].tolist() == [2.0, 2.0]
    assert np.isnan(of.columns["image_image"]).all()
    assert of.prior.tolist() == [-4.0, -4.0]
    assert of.people.tolist() == [actor.pk, actor.pk]


def test_a_pair_that_was_rejected_and_then_confirmed_is_a_match() -> None:
    actor, one = staff(), pair("a")
    reject_match(one, actor=actor)
    one.refresh_from_db()
    confirm_match(one, actor=actor)
    assert collect_judgements(FAKE).is_match.tolist() == [True]


def test_other_encoders_and_strategies_are_left_out() -> None:
    actor = staff()
    confirm_match(pair("a", fingerprint="other"), actor=actor)
    confirm_match(pair("b", strategy="clip_zeroshot_v1"), actor=actor)
    assert len(collect_judgements(FAKE)) == 0


def test_pairs_set_aside_by_a_confirmation_count_if_they_were_shown() -> None:
    actor, one = staff(), pair("a")
    others = [
        make_match(one.lost, make_post("found", f"other {n}", actor), 0.5, **V3, terms=terms(n))
        for n in (1.0, 2.0)
    ]
    record_impressions([others[0]])
    decision = confirm_match(one, actor=actor)
    of = collect_judgements(FAKE)
    assert sorted(of.is_match.tolist()) == [False, True]
    assert of.columns["text_text"][~of.is_match].tolist() == [1.0]
    assert len(collect_judgements(FAKE, without=[actor.username])) == 0
    undo_decision(decision, actor=actor)
    assert len(collect_judgements(FAKE)) == 0


def test_sampled_pairs_keep_their_sampling_probability() -> None:
    one = pair("a", status="drawn", sampling_probability=0.02)
    decision = reject_match(one, actor=staff())
    assert decision.sampling_probability == 0.02
    assert collect_judgements(FAKE).sampling_probability.tolist() == [0.02]


def test_a_closed_post_does_not_take_its_decision_away() -> None:
    actor, one = staff(), pair("a")
    reject_match(one, actor=actor)
    close_post(one.lost, actor=actor)
    assert len(collect_judgements(FAKE)) == 1


# --- Promotion and rollback ---


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("learn_from_decisions", *arguments, stdout=out)
    return out.getvalue()


def test_with_few_decisions_nothing_is_learnt(profile: StoredProfile) -> None:
    decide_many(40, scale=0.5)
    assert "Too few to learn from: it takes 30 confirmed and 100 rejected." in run()
    assert StoredProfile.objects.get(is_current=True) == profile


def test_without_any_profile_it_says_so() -> None:
    with pytest.raises(CommandError, match="No post has been matched with this encoder yet"):
        run()
    with pytest.raises(NothingToLearnFrom):
        roll_back_profile()


@pytest.mark.slow
def test_learnt_weights_are_promoted_kept_and_rolled_back(profile: StoredProfile) -> None:
    decide_many(400, scale=0.4)
    output = run("--dry-run")
    assert "It would be put in use" in output
    assert StoredProfile.objects.get(is_current=True) == profile

    output = run()
    learnt = StoredProfile.objects.get(is_current=True)
    assert f"Version {learnt.pk} is in use" in output
    assert learnt.origin == "learnt" and learnt.report["stage"] in ("platt", "logistic")
    assert learnt.report["log_loss_gain"][1] > 0.0
    assert learnt.evidence_weights.scale < 0.7
    current = current_profile(FAKE)
    assert current is not None and current.evidence_weights == learnt.evidence_weights
    assert current.built_from == profile.profile.built_from

    rebuilt = build_scoring_profile()  # new statistics keep what was learnt
    assert rebuilt.origin == "built" and rebuilt.evidence_weights == learnt.evidence_weights

    assert "Rolled back" in run("--rollback")
    back = StoredProfile.objects.get(is_current=True)
    assert back.origin == "rolled_back" and back.evidence_weights == EvidenceWeights()
    assert back.report == {"taken_back": learnt.pk}
    assert StoredProfile.objects.filter(pk=profile.pk).exists()
    with pytest.raises(CommandError, match="No learnt weights are in use"):
        run("--rollback")


@pytest.mark.slow
def test_a_second_result_is_rolled_back_to_the_first(profile: StoredProfile) -> None:
    decide_many(400, scale=0.4)
    first = learn_from_decisions().stored
    assert first is not None
    # The same decisions are no better than what was learnt from them.
    assert learn_from_decisions().stored is None
    second = StoredProfile.objects.get(pk=first.pk)
    second.pk, second.weights = None, EvidenceWeights(scale=0.9).as_json()
    StoredProfile.objects.filter(is_current=True).update(is_current=False)
    second.save(force_insert=True)
    assert roll_back_profile().evidence_weights == first.evidence_weights


@pytest.mark.slow
def test_people_who_decide_against_the_evidence_are_named_and_can_be_left_out(
    profile: StoredProfile,
) -> None:
    decide_many(900, scale=0.3, actors=3, error_rates=1)
    output = run()
    assert "Many decisions of staff2 contradict clear evidence" in output
    assert "--without USERNAME" in output
    assert StoredProfile.objects.get(is_current=True) == profile
    assert "is in use" in run("--without", "staff2")


@pytest.mark.slow
def test_random_decisions_are_refused(profile: StoredProfile) -> None:
    decide_many(360, scale=0.0)
    assert "Not put in use." in run()
    assert StoredProfile.objects.get(is_current=True) == profile


def test_an_estimate_of_missed_pairs_is_reported(profile: StoredProfile) -> None:
    actor = staff()
    drawn = [pair(str(n), status="drawn", sampling_probability=0.1) for n in range(5)]
    confirm_match(drawn[0], actor=actor)
    for one in drawn[1:]:
        reject_match(one, actor=actor)
    assert "Among 5 randomly sampled pairs with a decision" in run()
    assert "about 10 true pairs that were not suggested" in run()


@pytest.mark.slow
def test_open_pairs_are_rescored_with_the_learnt_weights(profile: StoredProfile) -> None:
    lost, other = matched(), found()
    before = pair_of(lost, other)
    decide_many(400, scale=0.4)
    MatchingJob.objects.exclude(post__in=[lost, other]).delete()
    stored = learn_from_decisions().stored
    assert stored is not None
    sweep()
    for post in (lost, other):
        match_post(post.pk)
    after = pair_of(lost, other)
    assert after.profile_id == StoredProfile.objects.get(is_current=True).pk >= stored.pk
    assert after.profile is not None and after.profile.evidence_weights == stored.evidence_weights
    assert after.score != pytest.approx(before.score)


def test_an_unknown_username_is_an_error() -> None:
    with pytest.raises(CommandError, match="There is no user 'mistyped'"):
        run("--without", "mistyped")


def test_a_reused_version_number_is_noticed(profile: StoredProfile) -> None:
    """As after a rollback, or in a database that was restored while this process ran."""
    assert current_profile(FAKE) is not None
    learnt = EvidenceWeights(scale=0.5)
    number, data = profile.pk, profile.profile.with_(evidence_weights=learnt).to_bytes()
    profile.delete()
    StoredProfile.objects.create(
        pk=number,
        fingerprint=FAKE,
        origin="learnt",
        is_current=True,
        prompts_hash=profile.prompts_hash,
        weights=learnt.as_json(),
        data=data,
    )
    current = current_profile(FAKE)
    assert current is not None and current.version == number and current.evidence_weights == learnt
