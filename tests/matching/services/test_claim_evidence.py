"""A claim with a report of the loss counts as the owner's answer, and stands first at the desk."""

from typing import Any

import pytest
from django.db import transaction

from lostfound.infra import queue
from lostfound.models import Item, Post, User
from lostfound.services.claims import give_verdict, mark_read, revoke_approval, withdraw_claim
from matching.models import Match, SuggestionAnswer
from matching.review.queue import waiting
from matching.services import claim_next, reject_match, weigh_claim
from matching.services.claim_evidence import TASK
from tests.support.builders import make_post, make_user
from tests.support.claims import claim, make_wallet
from tests.support.factories import MatchFactory, StaffFactory
from tests.support.items import make_clerk

pytestmark = pytest.mark.django_db


def test_a_claim_lifts_its_pair_and_is_reviewed_next() -> None:
    strong = MatchFactory.create(score=0.99)
    item, owner = make_wallet(), make_user()
    lost = make_post(author=owner, kind="lost")
    pair = MatchFactory.create(lost=lost, found=item.post, score=0.2, log_odds=-2.0)
    clerk = StaffFactory.create()
    assert claim_next(clerk, waiting()) == strong
    sent = claim(item, by=owner, lost_post=lost)
    assert weigh_claim(sent.pk) == "weighed"
    pair.refresh_from_db()
    assert pair.log_odds is not None and pair.log_odds > -2.0 and pair.terms["answer"] > 0
    assert SuggestionAnswer.objects.get().user == owner
    assert claim_next(clerk, waiting()) == pair
    before = pair.log_odds
    assert weigh_claim(sent.pk) == "weighed"  # a task may run twice
    pair.refresh_from_db()
    assert pair.log_odds == before


def test_the_task_is_sent_with_the_claim_and_only_with_a_report(
    django_capture_on_commit_callbacks: object,
) -> None:
    item, owner = make_wallet(), make_user()
    lost = make_post(author=owner, kind="lost")
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():  # type: ignore[operator]
        claim(item)
        mine = claim(item, by=owner, lost_post=lost)
    tasks = [row.task for row in queue.WaitingTask.objects.all()]
    sent = [task["args"] for task in tasks if task["func"] == TASK]
    assert sent == [(mine.pk,)]


def test_what_is_decided_or_gone_stays_as_it_is() -> None:
    item, owner = make_wallet(), make_user()
    lost = make_post(author=owner, kind="lost")
    pair = MatchFactory.create(lost=lost, found=item.post)
    reject_match(pair, actor=make_clerk(item.office))
    sent = claim(item, by=owner, lost_post=lost)
    assert weigh_claim(sent.pk) == "decided"
    assert Match.objects.get(pk=pair.pk).status == "rejected"
    assert weigh_claim(0) == "gone"


def test_a_pair_that_nobody_compared_yet_waits(fake_encoder: object) -> None:
    item, owner = make_wallet(), make_user()
    lost = make_post(author=owner, kind="lost")
    assert weigh_claim(claim(item, by=owner, lost_post=lost).pk) == "new"


def pair_of(owner: User) -> tuple[Item, Post, Match]:
    item, lost = make_wallet(), make_post(author=owner, kind="lost")
    pair = MatchFactory.create(lost=lost, found=item.post, score=0.2, log_odds=-2.0)
    return item, lost, pair


@pytest.mark.parametrize("how", ["withdrawn", "rejected", "superseded", "revoked"])
def test_an_ended_claim_no_longer_counts(how: str, django_capture_on_commit_callbacks: Any) -> None:
    owner = make_user()
    item, lost, pair = pair_of(owner)
    clerk = make_clerk(item.office)
    if how == "superseded":
        rival = claim(item)
    mine = claim(item, by=owner, lost_post=lost)
    assert weigh_claim(mine.pk) == "weighed"
    mark_read(item.claims.all())
    with django_capture_on_commit_callbacks(execute=True):
        if how == "withdrawn":
            withdraw_claim(mine, claimant=owner)
        elif how == "rejected":
            give_verdict(mine, by=clerk, decision="reject", marks=["no", "no"])
        else:
            chosen = rival if how == "superseded" else mine
            give_verdict(chosen, by=clerk, decision="approve", marks=["agrees"] * 2)
            if how == "revoked":
                revoke_approval(mine, by=make_clerk(item.office))
    sent = [task["args"] for row in queue.WaitingTask.objects.all() if (task := row.task)]
    assert (mine.pk,) in sent
    assert weigh_claim(mine.pk) == "forgotten"
    pair.refresh_from_db()
    assert pair.log_odds == pytest.approx(-2.0) and "answer" not in pair.terms
    assert not SuggestionAnswer.objects.exists()
    assert weigh_claim(mine.pk) == "not counted"  # a task may run twice


def test_a_new_claim_counts_although_the_old_one_ended() -> None:
    owner = make_user()
    item, lost, pair = pair_of(owner)
    first = claim(item, by=owner, lost_post=lost)
    withdraw_claim(first, claimant=owner)
    second = claim(item, by=owner, lost_post=lost)
    assert weigh_claim(second.pk) == "weighed"
    assert weigh_claim(first.pk) == "claimed again"  # its task came late
    pair.refresh_from_db()
    assert pair.log_odds is not None and pair.log_odds > -2.0


def test_what_the_owner_denied_stays_denied() -> None:
    owner = make_user()
    item, lost, pair = pair_of(owner)
    mine = claim(item, by=owner, lost_post=lost)
    withdraw_claim(mine, claimant=owner)
    SuggestionAnswer.objects.create(match=pair, user=owner, answer="not_mine")
    assert weigh_claim(mine.pk) == "not counted"
    assert SuggestionAnswer.objects.get().answer == "not_mine"


def test_a_decided_pair_keeps_its_evidence() -> None:
    owner = make_user()
    item, lost, pair = pair_of(owner)
    mine = claim(item, by=owner, lost_post=lost)
    weigh_claim(mine.pk)
    withdraw_claim(mine, claimant=owner)
    reject_match(pair, actor=make_clerk(item.office))
    assert weigh_claim(mine.pk) == "decided" and SuggestionAnswer.objects.exists()
