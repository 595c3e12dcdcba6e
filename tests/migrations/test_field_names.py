"""A site of version 0.1 keeps every row, permission and record when migrated, both ways."""

from datetime import date
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from matching.index.triggers import missing_triggers
from tests.support.migrations import SiteBefore, migrate

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.both_databases,
    pytest.mark.slow,
]

BEFORE = [("matching", "0009_office_groups"), ("lostfound", "0006_looks")]
AFTER = [("lostfound", "0007_field_names"), ("matching", "0010_field_names")]


@pytest.fixture
def version_0_1(site_before: SiteBefore) -> Any:
    return site_before(BEFORE)


def fill(apps: Any) -> None:
    """A row of everything that is renamed."""
    user = apps.get_model("lostfound", "User").objects.create(username="clerk")
    posts = [
        apps.get_model("lostfound", "Post").objects.create(
            kind=kind,
            title=kind,
            author=user,
            happened_on=date(2026, 11, 20),
            sent_as=f"key-{kind}",
            sent_hash="f" * 64,
        )
        for kind in ("lost", "found")
    ]
    apps.get_model("lostfound", "DeletedPost").objects.create(
        public_id="00000000-0000-4000-8000-000000000001", author=user, sent_as="gone"
    )
    apps.get_model("lostfound", "Look").objects.create(actor=user, what="post", subjects=["LF-1"])
    for post in posts:
        apps.get_model("matching", "Embedding").objects.create(
            post=post, status="done", content_hash=post.kind
        )
        apps.get_model("matching", "Vector").objects.create(
            post=post,
            modality="text",
            content_hash=post.kind,
            fingerprint="f",
            dim=1,
            data=b"\0\0\x80?",
        )
    seen = {"strategy": "s", "fingerprint": "f", "score": 0.5, "evidence_hash": "e"}
    match = apps.get_model("matching", "Match").objects.create(
        lost=posts[0], found=posts[1], status="gated", gates=["same_author"], drawn_with=0.25, **seen
    )
    apps.get_model("matching", "MatchDecision").objects.create(
        match=match, action="reject", status_before="drawn", gates=["rejected"], drawn_with=0.5, **seen
    )
    apps.get_model("matching", "Showing").objects.create(
        match=match, rank=1, terms={}, shown_with=0.125, shown_at=timezone.now(), **seen
    )


def content(apps: Any, names: dict[str, str]) -> dict[str, Any]:
    """The rows that `fill` created, under the names of one version."""

    def rows(app: str, model: str, *fields: str) -> list[tuple[Any, ...]]:
        manager = apps.get_model(app, names.get(model, model)).objects
        columns = [names.get(field, field) for field in fields]
        return sorted(manager.values_list(*columns), key=str)

    return {
        "posts": rows("lostfound", "Post", "kind", "sent_as", "sent_hash"),
        "deleted": rows("lostfound", "DeletedPost", "sent_as"),
        "looks": rows("lostfound", "Look", "what"),
        "jobs": rows("matching", "Embedding", "post__kind", "status", "content_hash"),
        "vectors": rows("matching", "Vector", "post__kind", "content_hash", "dim"),
        "pairs": rows("matching", "Match", "status", "gates", "drawn_with"),
        "decisions": rows("matching", "MatchDecision", "status_before", "gates", "drawn_with"),
        "showings": rows("matching", "Showing", "rank", "shown_with"),
    }


NEW_NAMES = {
    **{"Embedding": "MatchingJob", "Vector": "Embedding", "Showing": "Impression"},
    **{"Look": "AccessLog", "sent_as": "idempotency_key", "sent_hash": "submission_hash"},
    **{"drawn_with": "sampling_probability", "shown_with": "sampling_probability"},
    "gates": "exclusions",
}


def codenames(apps: Any, group: str) -> set[str]:
    rows = apps.get_model("auth", "Group").objects.get(name=group).permissions
    return set(rows.values_list("content_type__model", "codename"))


def test_every_row_stays_forwards_and_backwards(version_0_1: Any) -> None:
    fill(version_0_1)
    before = content(version_0_1, {})
    assert all(before.values())
    renamed = migrate(AFTER)
    assert content(renamed, NEW_NAMES) == before
    assert content(migrate(BEFORE), {}) == before


def test_groups_keep_what_they_may_do(version_0_1: Any) -> None:
    group = version_0_1.get_model("auth", "Group").objects.create(name="engineers")
    types = version_0_1.get_model("contenttypes", "ContentType").objects
    permissions = version_0_1.get_model("auth", "Permission").objects
    wanted = {("embedding", "change_embedding"), ("vector", "view_vector"), ("look", "view_look")}
    for model, codename in wanted:
        app = "lostfound" if model == "look" else "matching"
        kind, _ = types.get_or_create(app_label=app, model=model)
        row, _ = permissions.get_or_create(
            content_type=kind, codename=codename, defaults={"name": codename}
        )
        group.permissions.add(row)
    assert codenames(migrate(AFTER), "engineers") == {
        ("matchingjob", "change_matchingjob"),
        ("embedding", "view_embedding"),
        ("accesslog", "view_accesslog"),
    }
    assert codenames(migrate(BEFORE), "engineers") == wanted


def test_changes_are_noted_once_by_the_tables_new_names(version_0_1: Any) -> None:
    fill(version_0_1)
    call_command("migrate", verbosity=0)
    assert missing_triggers("default") == []
    from matching.models import Embedding, IndexChange, MatchingJob

    IndexChange.objects.all().delete()
    Embedding.objects.filter(post__kind="lost").update(data=b"\0\0\0\0")
    MatchingJob.objects.filter(post__kind="found").update(content_hash="other")
    noted = IndexChange.objects.values_list("post_id", flat=True)
    assert len(set(noted)) == 2
    # SQLite records the old and the new post of a row.
    assert len(noted) == (2 if connection.vendor == "postgresql" else 4)
