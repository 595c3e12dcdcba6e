"""Posts, things, claims and pairs in every state go forward to the newest version and back."""

from datetime import date
from typing import Any

import pytest
from django.core.management import call_command

from lostfound.models import Handover, Item, OwnershipClaim, Post
from lostfound.services import move_item
from lostfound.services.items.verifying import verify_custody
from matching.index.triggers import missing_triggers
from matching.models import Match
from tests.support.items import make_clerk
from tests.support.migrations import SiteBefore, migrate

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.both_databases,
    pytest.mark.slow,
]

OF_POSTS = [("lostfound", "0008_possible_days")]  # before there were things
OF_LINES = [("lostfound", "0014_collecting")]  # before facts were rows
DAY = date(2026, 11, 20)


def test_posts_in_every_state_with_and_without_an_office(site_before: SiteBefore) -> None:
    before = site_before(OF_POSTS)
    users = before.get_model("lostfound", "User").objects
    authors = {
        "student": users.create(username="student"),
        "clerk": users.create(username="clerk", is_staff=True),
    }
    office = before.get_model("lostfound", "Office").objects.order_by("pk").first()
    posts = before.get_model("lostfound", "Post").objects
    facts, old = "푸른 실\n만원권 3장", {}
    for status in Post.Status.values:
        for who, author in authors.items():
            for where in ("nowhere", "office", "shelf"):
                title = f"{status} {who} {where}"
                values = {"office": None if where == "nowhere" else office, "hidden_facts": facts}
                values["shelf"] = "A-12" if where == "shelf" else ""
                posts.create(
                    kind="found",
                    title=title,
                    author=author,
                    happened_on=DAY,
                    status=status,
                    **values,
                )
                old[title] = (status, values["shelf"], facts)
        posts.create(kind="lost", title=f"{status} lost", author=authors["student"], status=status)
        old[f"{status} lost"] = (status, "", "")
    call_command("migrate", verbosity=0)
    call_command("verify_custody", verbosity=0)  # exits if a chain is broken
    things = {item.post.title: item for item in Item.objects.select_related("post", "place") if item.post}
    expected = {}
    for status in Post.Status.values:
        gone = status == "returned"
        for who in authors:
            expected[f"{status} {who} shelf"] = "handed_over" if gone else "held"
        expected[f"{status} clerk office"] = "handed_over" if gone else "held"
        if status in ("open", "matched"):
            expected[f"{status} student office"] = "expected"
    # Nothing is announced any more that a student has closed.
    assert {title: item.state for title, item in things.items()} == expected
    for post in Post.objects.filter(kind="found"):
        assert post.hidden_words == facts.splitlines(), post.title
        assert post.facts_without_item == ("" if post.title in things else facts)
    assert missing_triggers("default") == []
    back = migrate(OF_POSTS).get_model("lostfound", "Post").objects
    rows = back.values_list("title", "status", "shelf", "hidden_facts")
    assert {title: tuple(rest) for title, *rest in rows} == old


def test_things_and_claims_in_every_state_and_a_matched_pair(site_before: SiteBefore) -> None:
    before = site_before(OF_LINES)
    models = {
        name: before.get_model("lostfound", name).objects
        for name in ("User", "Office", "Post", "Item", "StoragePlace", "OwnershipClaim")
    }
    verdicts, handovers, answers = (
        before.get_model("lostfound", name).objects
        for name in ("ClaimVerdict", "Handover", "ClaimAnswer")
    )
    owner, clerk = models["User"].create(username="owner"), models["User"].create(username="clerk")
    office = models["Office"].order_by("pk").first()
    place = models["StoragePlace"].create(office=office, code="A-12")
    number = 0

    def thing(state: str, status: str = "open") -> Any:
        nonlocal number
        number += 1
        post = models["Post"].create(
            kind="found",
            title=f"{state} {number}",
            author=clerk,
            happened_on=DAY,
            office=office,
            status=status,
            hidden_facts="푸른 실\n만원권 3장",
        )
        return models["Item"].create(
            post=post, state=state, office=office, place=place, found_on=DAY, code=f"{number:08}"
        )

    for state in Item.State.values:
        thing(state)
    for state in OwnershipClaim.State.values:
        item = thing("reserved" if state == "approved" else "held")
        claim = models["OwnershipClaim"].create(item=item, claimant=owner, state=state)
        answers.create(claim=claim, question="?", text="푸른 실")
        verdicts.create(claim=claim, by=clerk, marks=["agrees", "no"], decision="approve")
        if state == "collected":
            handovers.create(
                item=item, claim=claim, receiver_name="이주인", text_version="1", text="x", by=clerk
            )
    matched = thing("held", status="matched")
    lost = models["Post"].create(kind="lost", title="lost", author=owner, status="matched")
    Match.objects.create(
        lost_id=lost.pk,
        found_id=matched.post.pk,
        status="confirmed",
        strategy="clip_zeroshot_v2",
        fingerprint="fake-32",
        score=0.8,
        evidence_hash="0" * 64,
    )
    call_command("migrate", verbosity=0)

    kept = Item.objects.get(code=matched.code)
    assert kept.post is not None and kept.post.status == "matched"
    assert kept.post.hidden_words == ["푸른 실", "만원권 3장"]
    assert [fact.weight for fact in kept.facts.all()] == [1, 1]
    assert OwnershipClaim.objects.count() == len(OwnershipClaim.State.values)
    for claim in OwnershipClaim.objects.all():
        verdict = claim.verdicts.get()
        assert verdict.marks == ["agrees", "no"] and verdict.score is None
        assert not claim.has_photo and claim.answers.get().text == "푸른 실"
    assert Handover.objects.get().together_with is None
    assert Match.objects.get().status == "confirmed"
    # What exists goes on: the matched thing moves.
    move_item(kept, actor=make_clerk(kept.office), shelf="B-1")
    assert not verify_custody().breaks

    back = migrate(OF_LINES)
    items = back.get_model("lostfound", "Item").objects
    assert set(items.values_list("state", flat=True)) == set(Item.State.values)
    lines = back.get_model("lostfound", "Post").objects.filter(kind="found")
    assert set(lines.values_list("hidden_facts", flat=True)) == {"푸른 실\n만원권 3장"}
    claims = back.get_model("lostfound", "OwnershipClaim").objects
    assert set(claims.values_list("state", flat=True)) == set(OwnershipClaim.State.values)
