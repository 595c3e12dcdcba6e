"""The desk with the keyboard alone, and with two people at the same time."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lostfound.models import User
from matching.models import Match, MatchDecision, ReviewClaim
from matching.services import (
    DecisionRefused,
    claim,
    confirm_match,
    last_decision,
    reject_match,
    reviewer_of,
    take_over,
)
from tests.support.builders import make_category, make_post
from tests.support.factories import MatchFactory, StaffFactory, UserFactory
from tests.support.web_client import page, signed_in

pytestmark = pytest.mark.django_db

DESK = reverse("admin:matching_match_desk")
DECIDE = reverse("admin:matching_match_decide")
UNDO = reverse("admin:matching_match_undo_last")


@pytest.fixture
def clerk() -> User:
    return StaffFactory.create()


@pytest.fixture
def desk(clerk: User) -> Client:
    return signed_in(clerk, "en")


def decide(client: Client, action: str) -> Match:
    """Press a button of the pair that the desk shows."""
    found = re.search(rf'value="({action}:(\d+):[^"]+)"', page(client.get(DESK)))
    assert found
    client.post(DECIDE, {"decision": found[1], "page": "desk"})
    return Match.objects.get(pk=int(found[2]))


def shown(client: Client, address: str = DESK) -> int:
    """The primary key of the pair on the desk."""
    found = re.search(r'value="reject:(\d+):', page(client.get(address, follow=True)))
    assert found
    return int(found[1])


def test_undo_goes_back_step_by_step_and_shows_each_pair_again(
    desk: Client,
) -> None:
    MatchFactory.create_batch(4)
    decided = [decide(desk, "reject"), decide(desk, "confirm"), decide(desk, "reject")]
    for match in reversed(decided):
        answer = desk.post(UNDO)
        match.refresh_from_db()
        assert match.status == "suggested"
        assert shown(desk, answer.headers["Location"]) == match.pk
    assert "not decided anything today" in page(desk.post(UNDO, follow=True))
    assert MatchDecision.objects.filter(action="undo").count() == 3


def test_undo_works_after_a_skip_and_keeps_the_filter(desk: Client) -> None:
    MatchFactory.create_batch(3)
    match = decide(desk, "reject")
    desk.post(reverse("admin:matching_match_skip", args=[shown(desk)]))
    answer = desk.post(UNDO, {"filters": "status=suggested"})
    assert "filters=status%3Dsuggested" in answer.headers["Location"]
    assert shown(desk, answer.headers["Location"]) == match.pk


def test_undo_is_offered_when_nothing_is_left(desk: Client) -> None:
    MatchFactory.create()
    match = decide(desk, "reject")
    html = page(desk.get(DESK))
    assert UNDO in html and "review.js" in html
    assert shown(desk, desk.post(UNDO).headers["Location"]) == match.pk


def test_the_undo_key_only_undoes_ones_own_decisions_of_the_day(clerk: User) -> None:
    theirs, old, mine = MatchFactory.create_batch(3)
    reject_match(theirs, actor=StaffFactory.create())
    decision = reject_match(old, actor=clerk)
    MatchDecision.objects.filter(pk=decision.pk).update(at=timezone.now() - timedelta(days=1))
    assert last_decision(clerk) is None
    decision = reject_match(mine, actor=clerk)
    assert last_decision(clerk) == decision


def test_a_pair_that_a_colleague_is_reviewing_cannot_be_decided(clerk: User) -> None:
    match, colleague = MatchFactory.create(), StaffFactory.create()
    claim(match, colleague)
    for decide_it in (confirm_match, reject_match):
        with pytest.raises(DecisionRefused, match=colleague.username) as refused:
            decide_it(match, actor=clerk)
        assert refused.value.code == "with_colleague"
    reject_match(match, actor=colleague)
    match.refresh_from_db()
    assert match.status == "rejected"


def test_a_pair_is_taken_over_by_a_button(desk: Client, clerk: User) -> None:
    match, colleague = MatchFactory.create(), StaffFactory.create()
    claim(match, colleague)
    html = page(desk.get(reverse("admin:matching_match_change", args=[match.pk])))
    assert colleague.username in html and f'value="reject:{match.pk}' not in html
    take = reverse("admin:matching_match_take", args=[match.pk])
    assert take in html
    assert shown(desk, desk.post(take).headers["Location"]) == match.pk
    assert reviewer_of(match) == clerk
    with pytest.raises(DecisionRefused):
        reject_match(match, actor=colleague)


def test_a_person_has_one_pair_at_a_time_when_taking_over(clerk: User) -> None:
    one, two = MatchFactory.create_batch(2)
    take_over(one, clerk)
    take_over(two, clerk)
    assert list(ReviewClaim.objects.values_list("match", "user")) == [(two.pk, clerk.pk)]


def test_a_pair_opened_from_the_list_is_not_handed_out_at_the_desk(desk: Client) -> None:
    match = MatchFactory.create()
    desk.get(reverse("admin:matching_match_change", args=[match.pk]))
    colleague = signed_in(StaffFactory.create(), "en")
    assert "Your colleagues are reviewing the remaining pairs" in page(colleague.get(DESK))


def test_the_next_pair_after_one_from_the_list_is_a_free_one(desk: Client) -> None:
    now = timezone.now()
    first, held, free = (
        MatchFactory.create(score=score, created_at=now) for score in (0.9, 0.8, 0.7)
    )
    claim(held, StaffFactory.create())
    html = page(desk.get(reverse("admin:matching_match_change", args=[first.pk])))
    following = re.search(r'href="([^"]+)"[^>]*data-key="n"', html)
    assert following and f"/{free.pk}/" in following[1]


@pytest.mark.parametrize("name", ["decide", "undo_last", "skip", "take"])
def test_after_signing_in_again_a_person_returns_to_the_desk(name: str, desk: Client) -> None:
    match = MatchFactory.create()
    args = [match.pk] if name in ("skip", "take") else []
    answer = desk.get(reverse(f"admin:matching_match_{name}", args=args), follow=True)
    assert answer.redirect_chain == [(DESK, 302)]
    assert "nothing has changed yet" in page(answer)
    assert not MatchDecision.objects.exists()


def test_a_deleted_pair_leaves_the_person_at_the_desk(desk: Client) -> None:
    match = MatchFactory.create()
    match.lost.delete()
    for name in ("skip", "take"):
        answer = desk.post(reverse(f"admin:matching_match_{name}", args=[match.pk]), follow=True)
        assert answer.redirect_chain[-1][0].startswith(DESK) and answer.status_code == 200
    button = {"decision": f"reject:{match.pk}:0", "page": "desk"}
    answer = desk.post(DECIDE, button, follow=True)
    assert answer.redirect_chain[-1][0] == DESK and "no longer exists" in page(answer)


def test_a_second_tab_of_one_person_explains_what_happened(desk: Client, clerk: User) -> None:
    match = MatchFactory.create()
    value = re.search(r'value="(reject:[^"]+)"', page(desk.get(DESK)))
    assert value
    reject_match(match, actor=clerk)
    answer = desk.post(DECIDE, {"decision": value[1], "page": "desk"}, follow=True)
    assert "You have already decided this pair" in page(answer)


def test_a_person_who_may_only_review_sees_no_forbidden_links(clerk: User) -> None:
    reviewer = UserFactory.create(is_staff=True)
    may = ("view_match", "change_match")
    reviewer.user_permissions.set(Permission.objects.filter(codename__in=may))
    category = make_category()
    found = make_post(category=category, colour="blue")
    make_post(category=category, colour="blue")
    MatchFactory.create(found=found)
    client = signed_in(reviewer, "en")
    html = page(client.get(DESK))
    assert "1 more: Blue Umbrella" in html
    main = html[html.index('id="content-main"') :]
    for address in set(re.findall(r'href="(/[^"#]+)"', main)):
        assert client.get(address.replace("&amp;", "&")).status_code == 200, address
