"""Lines of hidden facts become facts of things, and lines again."""

from datetime import date
from typing import Any

import pytest
from django.core.management import call_command

from matching.index.triggers import missing_triggers
from tests.support.migrations import SiteBefore, migrate

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.both_databases,
    pytest.mark.slow,
]

BEFORE = [("lostfound", "0014_collecting")]
AFTER = [("lostfound", "0016_facts_of_things")]


@pytest.fixture
def before(site_before: SiteBefore) -> Any:
    return site_before(BEFORE)


def test_facts_both_ways(before: Any) -> None:
    users = before.get_model("lostfound", "User").objects
    student = users.create(username="student")
    posts, items = (before.get_model("lostfound", name).objects for name in ("Post", "Item"))
    day = date(2026, 11, 20)
    common = {"kind": "found", "author": student, "happened_on": day}
    written = {
        "with a thing": "푸른 실\n\n  만원권 3장  ",
        "with a thing without facts": "",
        "void": "별",
        "without a thing": "달\n해",
    }
    for title, facts in written.items():
        post = posts.create(title=title, hidden_facts=facts, **common)
        if title != "without a thing":
            state = "void" if title == "void" else "held"
            items.create(post=post, found_on=day, code=f"000000{post.pk:02}", state=state)
    items.create(post=None, found_on=day, code="00000099", state="handed_over")
    after = migrate(AFTER)
    rows = after.get_model("lostfound", "ControlFact").objects.order_by("pk")
    assert list(rows.values_list("item__post__title", "answer", "weight", "kind", "prompt")) == [
        ("with a thing", "푸른 실", 1, "words", None),
        ("with a thing", "만원권 3장", 1, "words", None),
        ("void", "별", 1, "words", None),
    ]
    lines = after.get_model("lostfound", "Post").objects.values_list("title", "facts_without_item")
    assert dict(lines) == {**dict.fromkeys(written, ""), "without a thing": "달\n해"}
    thing = after.get_model("lostfound", "Item").objects.get(post__title="void")
    after.get_model("lostfound", "ControlFact").objects.create(
        item=thing, answer="3", weight=3, kind="number"
    )
    back = migrate(BEFORE).get_model("lostfound", "Post").objects
    assert dict(back.values_list("title", "hidden_facts")) == {
        **written,
        "with a thing": "푸른 실\n만원권 3장",
        "void": "별\n3",
    }
    call_command("migrate", verbosity=0)
    assert missing_triggers("default") == []
