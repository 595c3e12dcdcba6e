"""Confirming, rejecting and undoing: what changes, what is refused, and who is notified."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.utils import translation

from lostfound.models import Notification, Post, PostEvent, User
from lostfound.services import change_status, close_post, edit_post, reopen_post
from matching.models import Match, MatchDecision, decision_version
from matching.services.bulk_decisions import confirm_matches, reject_matches
from matching.services.decision_checks import DecisionRefused, standing_decision
from matching.services.decisions import confirm_match, reject_match, undo_decision
from tests.support.factories import DuplicateFactory, MatchFactory
from tests.support.pairs import make_grid, make_user, snapshot

pytestmark = pytest.mark.django_db

Status = Match.Status


@pytest.fixture
def staff() -> User:
    return make_user("staff", is_staff=True, first_name="Jieun")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def fresh(match: Match) -> Match:
    return Match.objects.select_related("lost", "found").get(pk=match.pk)


def test_confirm_moves_both_posts_and_sets_their_other_suggestions_aside(staff: User) -> None:
    chosen, same_lost, same_found, unrelated = make_grid(2, 2)
    decision = confirm_match(chosen, actor=staff)
    chosen = fresh(chosen)
    assert chosen.status == Status.CONFIRMED
    assert (chosen.decided_by, chosen.decided_at) == (staff, decision.at)
    assert chosen.lost.status == chosen.found.status == Post.Status.MATCHED
    for rival in (same_lost, same_found):
        rival = fresh(rival)
        assert (rival.status, rival.set_aside_by) == (Status.SET_ASIDE, decision)
    assert fresh(unrelated).status == Status.SUGGESTED
    assert fresh(unrelated).lost.is_open


def test_confirm_records_what_was_seen_and_who_did_it(staff: User) -> None:
    match = make_grid(1, 1)[0]
    decision = confirm_match(match, actor=staff)
    for name in ("score", "terms", "exclusions", "strategy", "fingerprint", "evidence_hash"):
        assert getattr(decision, name) == getattr(match, name)
    assert (decision.actor, decision.status_before) == (staff, Status.SUGGESTED)
    event = PostEvent.objects.get(post=match.lost, action="matched")
    assert (event.actor, event.from_status, event.to_status) == (staff, "open", "matched")
    assert event.detail == {"match": match.pk, "decision": str(decision.public_id)}


def test_confirm_notifies_both_authors(staff: User) -> None:
    match = make_grid(1, 1)[0]
    confirm_match(match, actor=staff)
    notifications = Notification.objects.filter(kind="match_confirmed")
    assert set(notifications.values_list("user", "post", "other_post")) == {
        (match.lost.author_id, match.lost_id, match.found_id),
        (match.found.author_id, match.found_id, match.lost_id),
    }


def test_confirm_is_refused_where_a_post_is_not_open(staff: User) -> None:
    match = make_grid(1, 1)[0]
    close_post(match.found, actor=staff)
    Match.objects.update(status=Status.SUGGESTED)
    before = snapshot()
    with pytest.raises(DecisionRefused, match="Found 0") as refused:
        confirm_match(match, actor=staff)
    assert refused.value.code == "not_open"
    assert snapshot() == before
    assert not MatchDecision.objects.exists()
    assert not Notification.objects.exists()


@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.SET_ASIDE, Status.WITHDRAWN, "gated"])
def test_only_a_suggested_or_rejected_pair_is_confirmed(staff: User, status: str) -> None:
    match = make_grid(1, 1)[0]
    Match.objects.update(status=status)
    with pytest.raises(DecisionRefused) as refused:
        confirm_match(match, actor=staff)
    assert refused.value.code == "decided"


def test_second_decider_learns_who_was_faster(staff: User) -> None:
    match = make_grid(1, 1)[0]
    seen = decision_version(match)
    reject_match(match, actor=staff, expected_version=seen)
    with pytest.raises(DecisionRefused, match="Jieun") as refused:
        confirm_match(match, actor=make_user("second"), expected_version=seen)
    assert refused.value.code == "decided"
    assert fresh(match).status == Status.REJECTED


def test_pair_that_changed_since_it_was_seen_is_not_decided(staff: User) -> None:
    match = make_grid(1, 1)[0]
    seen = decision_version(match)
    edit_post(match.lost, actor=match.lost.author, fields={"title": "Something else"})
    Match.objects.update(status=Status.SUGGESTED)
    for decide in (confirm_match, reject_match):
        with pytest.raises(DecisionRefused) as refused:
            decide(match, actor=staff, expected_version=seen)
        assert refused.value.code == "changed"
    confirm_match(match, actor=staff, expected_version=decision_version(fresh(match)))


def test_pair_whose_found_post_changed_is_not_decided(staff: User) -> None:
    match = make_grid(1, 1)[0]
    seen = decision_version(match)
    edit_post(match.found, actor=match.found.author, fields={"title": "Something else"})
    Match.objects.update(status=Status.SUGGESTED)
    with pytest.raises(DecisionRefused) as refused:
        confirm_match(match, actor=staff, expected_version=seen)
    assert refused.value.code == "changed"


@pytest.mark.parametrize("make", [MatchFactory, DuplicateFactory])
@pytest.mark.parametrize("side", [0, 1])
def test_version_changes_with_either_post(make: Any, side: int) -> None:
    pair = make.create()
    before = decision_version(pair)
    post = pair.posts[side]
    post.updated_at += timedelta(microseconds=1)
    after = decision_version(pair)
    assert after != before
    post.updated_at -= timedelta(microseconds=1)
    assert decision_version(pair) == before


@pytest.mark.parametrize("make", [MatchFactory, DuplicateFactory])
@pytest.mark.parametrize("change", [{"status": "withdrawn"}, {"evidence_hash": "new"}])
def test_version_changes_with_the_pair(make: Any, change: dict[str, str]) -> None:
    pair = make.create()
    before = decision_version(pair)
    for name, value in change.items():
        setattr(pair, name, value)
    assert decision_version(pair) != before


def test_deciding_a_deleted_pair_is_refused(staff: User) -> None:
    match = make_grid(1, 1)[0]
    Match.objects.filter(pk=match.pk).delete()
    with pytest.raises(DecisionRefused) as refused:
        confirm_match(match, actor=staff)
    assert refused.value.code == "gone"


def test_reject_keeps_the_evidence_and_says_why(staff: User) -> None:
    match = make_grid(1, 1)[0]
    note = "strap differs, owner 900101-1234567 " + "x" * 300
    decision = reject_match(match, actor=staff, reason="owner_says_no", note=note)
    assert fresh(match).status == Status.REJECTED
    assert fresh(match).evidence_hash == match.evidence_hash == decision.evidence_hash
    assert decision.reason == "owner_says_no"
    assert decision.note.startswith("strap differs, owner 90****-*******")
    assert len(decision.note) == 200
    assert fresh(match).lost.is_open
    assert not Notification.objects.exists()


def test_reject_refuses_an_unknown_reason(staff: User) -> None:
    match = make_grid(1, 1)[0]
    with pytest.raises(DecisionRefused) as refused:
        reject_match(match, actor=staff, reason="because")
    assert refused.value.code == "reason"
    assert fresh(match).status == Status.SUGGESTED


def test_undone_confirmation_leaves_all_as_it_was(staff: User) -> None:
    matches = make_grid(3, 3)
    reject_match(matches[1], actor=staff)
    before = snapshot()
    decision = confirm_match(matches[0], actor=staff)
    assert snapshot() != before
    undo = undo_decision(decision, actor=staff)
    assert snapshot() == before
    assert (undo.action, undo.undoes, undo.status_before) == ("undo", decision, "confirmed")
    assert MatchDecision.objects.count() == 3
    notifications = Notification.objects.filter(kind="match_withdrawn").values_list(
        "post", flat=True
    )
    assert set(notifications) == {matches[0].lost_id, matches[0].found_id}
    events = PostEvent.objects.filter(action="match_undone")
    assert {event.post_id for event in events} == set(notifications)


def test_an_excluded_pair_is_excluded_again_after_an_undo(staff: User) -> None:
    chosen, ruled_out = make_grid(1, 2)
    Match.objects.filter(pk=ruled_out.pk).update(
        status=Status.EXCLUDED, exclusions=["category_differs"]
    )
    before = snapshot()
    decision = confirm_match(chosen, actor=staff)
    assert fresh(ruled_out).status == Status.SET_ASIDE
    undo_decision(decision, actor=staff)
    assert snapshot() == before


def test_undone_rejection_leaves_all_as_it_was(staff: User) -> None:
    match = make_grid(2, 2)[0]
    before = snapshot()
    undo_decision(reject_match(match, actor=staff), actor=staff)
    assert snapshot() == before
    assert not Notification.objects.exists()


def test_rejected_pair_may_be_confirmed_and_goes_back_to_rejected(staff: User) -> None:
    match = make_grid(2, 2)[0]
    rejection = reject_match(match, actor=staff)
    before = snapshot()
    second = make_user("second")
    confirmation = confirm_match(match, actor=second)
    assert confirmation.status_before == Status.REJECTED
    undo_decision(confirmation, actor=second)
    assert snapshot() == before
    assert fresh(match).decided_by == staff
    assert standing_decision(match) == rejection
    undo_decision(rejection, actor=second)
    assert fresh(match).status == Status.SUGGESTED


def test_decision_is_undone_once_and_an_undo_never(staff: User) -> None:
    decision = reject_match(make_grid(1, 1)[0], actor=staff)
    undo = undo_decision(decision, actor=staff)
    for again in (decision, undo):
        with pytest.raises(DecisionRefused) as refused:
            undo_decision(again, actor=staff)
        assert refused.value.code == "undone"


def test_confirmation_is_not_undone_after_the_thing_went_back(staff: User) -> None:
    match = make_grid(2, 2)[0]
    decision = confirm_match(match, actor=staff)
    change_status(fresh(match).found, Post.Status.RETURNED, actor=staff, action="moved on")
    before = snapshot()
    with pytest.raises(DecisionRefused, match="Found 0") as refused:
        undo_decision(decision, actor=staff)
    assert refused.value.code == "stale"
    assert snapshot() == before


def test_decision_that_was_superseded_is_not_undone(staff: User) -> None:
    match = make_grid(1, 1)[0]
    rejection = reject_match(match, actor=staff)
    confirm_match(match, actor=staff)
    with pytest.raises(DecisionRefused) as refused:
        undo_decision(rejection, actor=staff)
    assert refused.value.code == "stale"


def test_rejection_is_not_undone_once_new_evidence_brought_the_pair_back(staff: User) -> None:
    match = make_grid(1, 1)[0]
    decision = reject_match(match, actor=staff)
    Match.objects.update(status=Status.SUGGESTED, evidence_hash="new")
    with pytest.raises(DecisionRefused) as refused:
        undo_decision(decision, actor=staff)
    assert refused.value.code == "stale"


@pytest.mark.parametrize("first", ["earlier", "later"])
def test_pair_between_two_confirmations_stays_aside_until_both_are_undone(
    staff: User, first: str
) -> None:
    one, between, _other, two = make_grid(2, 2)
    before = snapshot()
    earlier = confirm_match(one, actor=staff)
    later = confirm_match(two, actor=staff)
    assert fresh(between).set_aside_by == earlier
    order = [earlier, later] if first == "earlier" else [later, earlier]
    undo_decision(order[0], actor=staff)
    assert (fresh(between).status, fresh(between).set_aside_by) == (Status.SET_ASIDE, order[1])
    undo_decision(order[1], actor=staff)
    assert snapshot() == before


def test_pair_set_aside_is_withdrawn_where_its_other_post_was_closed(staff: User) -> None:
    chosen, rival, *_ = make_grid(1, 2)
    decision = confirm_match(chosen, actor=staff)
    close_post(rival.found, actor=staff)
    undo_decision(decision, actor=staff)
    assert (fresh(rival).status, fresh(rival).set_aside_by) == (Status.WITHDRAWN, None)


def test_undone_rejection_of_a_pair_matched_elsewhere_lies_aside(staff: User) -> None:
    chosen, rival = make_grid(1, 2)
    before = snapshot()
    rejection = reject_match(rival, actor=staff)
    confirmation = confirm_match(chosen, actor=staff)
    undo_decision(rejection, actor=staff)
    assert (fresh(rival).status, fresh(rival).set_aside_by) == (Status.SET_ASIDE, confirmation)
    undo_decision(confirmation, actor=staff)
    assert snapshot() == before


def test_reopened_post_keeps_its_confirmed_match_until_that_is_undone(staff: User) -> None:
    chosen, rival = make_grid(1, 2)
    decision = confirm_match(chosen, actor=staff)
    change_status(fresh(chosen).lost, Post.Status.RETURNED, actor=staff, action="handed over")
    reopen_post(fresh(chosen).lost, actor=staff)
    Match.objects.filter(pk=rival.pk).update(status=Status.SUGGESTED, set_aside_by=None)
    with pytest.raises(DecisionRefused) as refused:
        confirm_match(rival, actor=staff)
    assert refused.value.code == "held"
    undo_decision(decision, actor=staff)
    confirm_match(rival, actor=staff)


def test_bulk_confirms_the_strongest_of_those_that_share_a_post(staff: User) -> None:
    matches = make_grid(2, 2)
    report = confirm_matches(reversed(matches), actor=staff)
    assert [decision.match for decision in report.decided] == [matches[0], matches[3]]
    assert [match for match, _why in report.refused] == [matches[1], matches[2]]
    assert all("matched with another" in why for _match, why in report.refused)


def test_bulk_rejects_each_pair_for_one_reason_and_reports_the_rest(staff: User) -> None:
    matches = make_grid(2, 2)
    confirm_match(matches[0], actor=staff)
    report = reject_matches(matches, actor=staff, reason="unclear", note="dark photograph")
    assert [decision.match for decision in report.decided] == [matches[3]]
    assert {d.reason for d in report.decided} == {"unclear"}
    assert len(report.refused) == 3
    assert fresh(matches[0]).status == Status.CONFIRMED


def test_bulk_decides_nothing_that_changed_since_it_was_seen(staff: User) -> None:
    match, other = make_grid(1, 2)
    versions = {match.pk: "something old", other.pk: decision_version(other)}
    report = confirm_matches([match, other], actor=staff, versions=versions)
    assert [decision.match for decision in report.decided] == [other]
    assert [refused for refused, _why in report.refused] == [match]


@pytest.mark.parametrize("seed", range(6))
def test_any_decisions_undone_in_any_order_leave_all_as_it_was(staff: User, seed: int) -> None:
    rng = Random(seed)
    matches = make_grid(3, 3)
    before = snapshot()
    for _ in range(20):
        standing = [d for match in matches if (d := standing_decision(match))]
        try:
            if standing and rng.random() < 0.35:
                undo_decision(rng.choice(standing), actor=staff)
            elif rng.random() < 0.6:
                confirm_match(rng.choice(matches), actor=staff)
            else:
                reject_match(rng.choice(matches), actor=staff)
        except DecisionRefused:
            continue
        assert_consistent()
    while standing := [d for match in matches if (d := standing_decision(match))]:
        undo_decision(rng.choice(standing), actor=staff)
        assert_consistent()
    assert snapshot() == before


def assert_consistent() -> None:
    """A post is matched if and only if it has a confirmed pair; waiting pairs can be decided."""
    matches = Match.objects.select_related("set_aside_by__match")
    for post in Post.objects.all():
        mine = [one.status for one in matches if post.pk in (one.lost_id, one.found_id)]
        assert mine.count(Status.CONFIRMED) == (post.status == Post.Status.MATCHED)
        if not post.is_open:
            assert Status.SUGGESTED not in mine
    for aside in matches:
        if aside.status == Status.SET_ASIDE:
            assert aside.set_aside_by is not None
            assert aside.set_aside_by.match.status == Status.CONFIRMED
