"""The custody chain: a change behind its back shows, and erasing details does not break it."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings

from lostfound.models import AppendOnlyError, CustodyDetail, CustodyEvent, Item, Seal
from lostfound.services import move_item
from lostfound.services.items.custody import append, checkpoint, erase_details, seal_day
from lostfound.services.items.transitions import Changed
from lostfound.services.items.verifying import verify_custody
from tests.support.items import make_clerk, make_item
from tests.support.python_process import run_python
from tests.support.servers.postgres import PostgresServer

pytestmark = pytest.mark.django_db


def sql(statement: str, *values: Any) -> None:
    """As somebody who owns the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in ("lostfound_custodyevent", "lostfound_seal"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, values)


def moved(times: int = 3) -> Item:
    item = make_item(finder={"brought_note": "김 학생"})
    clerk = make_clerk(item.office)
    for number in range(times):
        move_item(item, actor=clerk, shelf=f"B-{number}")
    return Item.objects.get(pk=item.pk)


def verified(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("verify_custody", *arguments, stdout=out, stderr=out)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_a_chain_that_nobody_touched_is_sound() -> None:
    item = moved()
    result = verify_custody()
    assert (result.chains, result.events, result.breaks) == (1, 4, [])
    assert verified() == (0, "1 chain, 4 events, 0 with erased details, 0 seals: sound.\n")
    assert verified("--item", item.shown_code)[0] == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE lostfound_custodyevent SET ref = 'x' WHERE seq = 2",
        "UPDATE lostfound_custodyevent SET actor_id = NULL WHERE seq = 2",
        "UPDATE lostfound_custodyevent SET to_state = 'void' WHERE seq = 2",
        "UPDATE lostfound_custodyevent SET to_place_id = from_place_id WHERE seq = 2",
        "UPDATE lostfound_custodyevent SET office_id = NULL WHERE seq = 2",
        "DELETE FROM lostfound_custodyevent WHERE seq = 2",
    ],
)
def test_a_change_by_sql_names_the_thing_and_the_event(statement: str) -> None:
    item = moved()
    sql(statement)
    code, text = verified()
    assert code == 1 and item.shown_code in text and "#2" in text


def test_changed_details_show_and_erased_ones_are_only_counted() -> None:
    item = moved()
    first = item.custody.get(seq=1)
    CustodyDetail.objects.filter(event=first).update(body={"brought_note": "이 학생"})
    assert [(found.seq, found.why) for found in verify_custody().breaks] == [
        (1, "its details were changed")
    ]
    assert erase_details(first)
    assert verified() == (0, "1 chain, 4 events, 1 with erased details, 0 seals: sound.\n")


def test_a_thing_that_was_moved_without_an_event_shows() -> None:
    item = moved()
    Item.objects.filter(pk=item.pk).update(place=None)
    assert verified()[0] == 1
    Item.objects.filter(pk=item.pk).update(place=item.place_id, state="handed_over")
    assert verified()[0] == 1


def test_a_tail_that_was_cut_off_shows_in_the_seal() -> None:
    item = moved()
    seal = seal_day()
    assert seal is not None
    published = checkpoint(seal)
    assert verified()[0] == 0
    sql("DELETE FROM lostfound_custodyevent WHERE seq > 2")
    end = item.custody.get(seq=2)
    Item.objects.filter(pk=item.pk).update(head_seq=2, head_hash=end.hash, place=end.to_place_id)
    code, text = verified()
    assert code == 1 and item.shown_code in text
    # Whoever also rewrites the seals cannot rewrite the copy that was mailed.
    sql("DELETE FROM lostfound_seal")
    assert verified()[0] == 0
    seal_day()
    assert verified()[0] == 0
    folder = Path(published)  # only its text matters
    assert verify_custody(published=str(folder)).breaks


def test_a_published_seal_is_compared_from_a_file(tmp_path: Path) -> None:
    moved()
    seal = seal_day()
    assert seal is not None
    copy = tmp_path / "seal.txt"
    copy.write_text(checkpoint(seal))
    assert verified("--against", str(copy))[0] == 0
    copy.write_text(checkpoint(seal).replace("custody", "custodz"))
    assert verified("--against", str(copy))[0] == 1
    assert verified("--against", str(tmp_path / "none"))[0] == 2


def test_a_day_is_sealed_once_and_seals_are_chained(settings: Settings) -> None:
    settings.SEAL_TO = ["head@example.org"]
    item = moved()
    first = seal_day(date(2026, 12, 1))
    assert first is not None and seal_day(date(2026, 12, 1)) is None
    assert list(first.heads) == [item.code] and len(mail.outbox) == 1
    assert mail.outbox[0].body == checkpoint(first)
    move_item(item, actor=make_clerk(item.office), shelf="C-1")
    other = moved(0)
    second = seal_day(date(2026, 12, 2))
    assert second is not None and bytes(second.prev_root) == bytes(first.root)
    assert set(second.heads) == {item.code, other.code}
    third = seal_day(date(2026, 12, 3))
    assert third is not None and third.heads == {} and third.chains == 2
    assert verified()[0] == 0
    sql("UPDATE lostfound_seal SET chains = chains, heads = '{}' WHERE day = '2026-12-02'")
    assert verified()[0] == 1


def test_events_are_never_changed_by_the_product() -> None:
    event = moved(0).custody.get()
    with pytest.raises(AppendOnlyError):
        event.save()
    with pytest.raises(AppendOnlyError):
        CustodyEvent.objects.filter(pk=event.pk).delete()
    with pytest.raises(AppendOnlyError):
        Seal.objects.update(chains=0)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="triggers of PostgreSQL")
def test_postgres_refuses_what_the_product_would_not_do() -> None:
    from django.db import DatabaseError

    moved(0)
    for statement in ("UPDATE lostfound_custodyevent SET ref = ''", "DELETE FROM lostfound_seal"):
        seal_day()
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_fork_fails_loudly() -> None:
    item = moved(1)
    stale = Item.objects.get(pk=item.pk)
    move_item(item, actor=make_clerk(item.office), shelf="C-1")
    with pytest.raises(Changed), transaction.atomic():
        append(stale, actor=None, kind="moved", to_state="held", office=stale.office, place=None)
    end = CustodyEvent.objects.order_by("-seq")[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        CustodyEvent.objects.create(
            item=item, seq=9, at=end.at, kind="moved", to_state="held", prev_hash=end.prev_hash
        )


MOVES = """
import django
django.setup()
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from django.db import connection
from lostfound.models import Item, Office, User
from lostfound.services import AlreadySo, move_item, receive_item, submit_post
from lostfound.services.items.verifying import verify_custody

office = Office.objects.first()
clerk = User.objects.create_user("clerk", is_staff=True, office=office)
post = submit_post(author=clerk, kind="found", fields={"title": "bag", "office": office})
barrier = Barrier(64)

def receive(number):
    barrier.wait()
    try:
        receive_item(post, actor=clerk, shelf="A-0")
        return 1
    except AlreadySo:
        return 0
    finally:
        connection.close()

def move(number):
    item = Item.objects.get()
    barrier.wait()
    try:
        if number < 50:
            move_item(item, actor=clerk, shelf=f"A-{number % 7}")
    finally:
        connection.close()

with ThreadPoolExecutor(64) as pool:
    received = sum(pool.map(receive, range(64)))
    list(pool.map(move, range(64)))
result = verify_custody()
print(received, result.events, len(result.breaks), Item.objects.get().head_seq)
"""


@pytest.mark.processes
def test_fifty_moves_at_once_are_fifty_events(var_dir: Path) -> None:
    done = run_python("-c", MOVES, VAR_DIR=str(var_dir))
    assert done.stdout.strip() == "1 51 0 51", done.stderr


def test_fifty_moves_at_once_are_fifty_events_on_postgres(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.make_migrated("custody")
    done = run_python("-c", MOVES, VAR_DIR=str(tmp_path), DATABASE_URL=url)
    assert done.stdout.strip() == "1 51 0 51", done.stderr
