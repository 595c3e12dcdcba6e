"""What has been kept for its period goes, with every trace; what a person deletes goes at once."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, models
from django.utils import timezone
from pytest_django import Settings

from lostfound.infra.scrubbing import scrub_database
from lostfound.models import (
    AccessLog,
    ClaimAnswer,
    ControlFact,
    CustodyDetail,
    Erasure,
    Handover,
    Item,
    OwnershipClaim,
    Post,
    User,
)
from lostfound.services import AccountKept, log_access
from lostfound.services.claims import mark_read
from lostfound.services.erasing import (
    delete_own_account,
    erase_daily,
    erase_due,
    own_data,
    refuse_own_deletion,
)
from lostfound.services.handovers import hand_over
from lostfound.services.items import hold_item
from lostfound.services.items.verifying import verify_custody
from lostfound.services.photo_staging import stage_photos
from lostfound.services.receipts import Receipt
from tests.support.builders import files_below, make_post, make_user, upload
from tests.support.claims import RIGHT, approved, claim, make_wallet
from tests.support.databases import in_a_file
from tests.support.items import make_clerk, make_item

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

WORD = "쿠쿠르삐루"  # nowhere else
SIGNED = Receipt(
    receiver_name="홍길순",
    id_kind="student",
    name_agrees=True,
    contents_counted=True,
    typed_ack="홍길순",
)


def handed_over(**values: Any) -> Handover:
    item = make_wallet(**values)
    mine = approved(item)
    return hand_over(item, by=make_clerk(item.office), receipt=SIGNED, claim=mine)


def in_days(days: int) -> Any:
    return timezone.now() + timedelta(days=days, hours=1)


def test_nothing_goes_before_its_period_and_a_dry_run_only_counts() -> None:
    handed_over()
    assert not any(erase_due(in_days(29)).values()) and not Erasure.objects.exists()
    counts = erase_due(in_days(90), dry_run=True)
    assert counts["answers"] == 1 and counts["facts"] == 2
    assert ClaimAnswer.objects.exists() and not Erasure.objects.exists()


def test_each_sort_goes_after_its_own_period() -> None:
    item = make_wallet(finder={"brought_note": "김습득", "brought_contact": "880-5114"})
    rival = claim(item, text=f"{WORD} 표시가 있어요")
    mine = approved(item)
    receipt = hand_over(item, by=make_clerk(item.office), receipt=SIGNED, claim=mine)
    assert erase_due(in_days(31))["claims"] == 1
    rival.refresh_from_db()
    assert rival.claimant_id is None and not rival.answers.exists()
    assert mine.answers.count() == 1
    assert erase_due(in_days(91))["facts"] == 2
    mine.refresh_from_db()
    assert not mine.answers.exists() and mine.claimant_id
    erase_due(in_days(181))
    item.refresh_from_db()
    assert item.post_id is None and not Post.objects.exists() and item.brought_note == ""
    assert [detail.event.kind for detail in CustodyDetail.objects.all()] == ["handed_over"]
    receipt.refresh_from_db()
    assert receipt.receiver_name == "홍길순"
    erase_due(in_days(1096))
    receipt = Handover.objects.get()
    mine = OwnershipClaim.objects.get(pk=mine.pk)
    assert receipt.receiver_name == "…" and receipt.typed_ack == "" and mine.claimant_id is None
    assert not CustodyDetail.objects.exists()
    result = verify_custody()
    assert not result.breaks and result.erased > 0
    assert not any(erase_due(in_days(1096)).values())  # once is enough


def test_a_thing_that_is_kept_or_held_back_keeps_everything() -> None:
    item = make_wallet()
    claim(item)
    gone = handed_over()
    Item.objects.filter(pk=gone.item_id).update(is_on_hold=True)
    assert not any(erase_due(in_days(2000)).values())
    assert ClaimAnswer.objects.count() == 2 and ControlFact.objects.count() == 4


def test_closed_posts_go_and_open_ones_stay(media_root: Path) -> None:
    closed, still_open = make_post(kind="lost", photos=1), make_post(kind="lost")
    Post.objects.filter(pk=closed.pk).update(status=Post.Status.CLOSED)
    assert erase_due(in_days(179))["posts"] == 0
    assert erase_due(in_days(181))["posts"] == 1
    assert Post.objects.get() == still_open


def test_the_worker_erases_once_a_day_and_the_record_holds_no_content() -> None:
    clerk = make_clerk()
    log_access(clerk, AccessLog.What.POST, [make_post()])
    old = timezone.now() - timedelta(days=731)
    models.QuerySet(AccessLog).update(at=old)
    assert erase_daily() and not AccessLog.objects.exists()
    assert Erasure.objects.get().counts["access_log"] == 1
    assert not erase_daily()


def test_a_claimant_goes_and_the_receipt_stays() -> None:
    owner = make_user()
    item = make_wallet()
    mine = approved(item, by=owner)
    receipt = hand_over(item, by=make_clerk(item.office), receipt=SIGNED, claim=mine)
    delete_own_account(owner)
    mine.refresh_from_db()
    receipt.refresh_from_db()
    assert not ClaimAnswer.objects.exists() and mine.claimant_id is None
    assert receipt.receiver_name == "홍길순"
    assert not verify_custody().breaks
    assert Erasure.objects.get().counts == {"left_to_office": 0, "posts": 0, "claims": 1}


def test_the_office_keeps_the_thing_of_a_finder_who_goes() -> None:
    finder = make_user()
    item = make_item(author=finder, finder={"brought_note": "김습득"})
    announced = make_post(author=finder)
    delete_own_account(finder)
    item.refresh_from_db()
    assert item.post is not None and not item.post.author.is_active and not item.brought_note
    assert not Post.objects.filter(pk=announced.pk).exists()
    assert not CustodyDetail.objects.filter(event__item=item).exists()
    assert not verify_custody().breaks


def test_who_cannot_go_yet_learns_why() -> None:
    clerk = make_clerk()
    with pytest.raises(AccountKept, match="책임자"):
        refuse_own_deletion(clerk)
    waiting = make_user()
    lost = make_post(author=waiting, kind="lost", title="내 지갑")
    Post.objects.filter(pk=lost.pk).update(status=Post.Status.MATCHED)
    with pytest.raises(AccountKept, match="내 지갑"):
        delete_own_account(waiting)
    disputing = make_user()
    item = make_wallet()
    claim(item, by=disputing)
    hold_item(item, actor=make_clerk(item.office), reason="분쟁")
    with pytest.raises(AccountKept, match="분쟁"):
        delete_own_account(disputing)
    assert User.objects.filter(pk__in=(clerk.pk, waiting.pk, disputing.pk)).count() == 3


def test_own_data_holds_what_the_person_wrote_and_not_what_the_office_knows() -> None:
    owner = make_user()
    make_post(author=owner, kind="lost", title=WORD)
    item = make_wallet()
    claim(item, by=owner)
    mark_read(item.claims.all())
    data = own_data(owner)
    assert data["posts"][0]["title"] == WORD and data["person"]["email"] == owner.email
    assert data["claims"][0]["answers"][0]["answer"] == RIGHT
    assert "푸른 실\n" not in str(data) and "flags" not in str(data)


def person_with_words(posts: int) -> User:
    """A student whose every text holds the word, and who left files of each sort."""
    student = make_user(username="beoreul", email="beoreul@example.com")
    for number in range(posts):
        make_post(
            author=student,
            kind="lost" if number % 2 else "found",
            title=f"{WORD} {number}",
            description=f"{WORD}가 적힌 물건",
            place_note=WORD,
            photos=number % 10 == 0,
        )
    claim(make_item(title="우산"), by=student, text=f"{WORD} 손잡이", photo=upload(3))
    stage_photos(student, [upload(5)])
    LogEntry.objects.create(
        user=make_clerk(),
        content_type=ContentType.objects.get_for_model(Post),
        object_id=str(student.posts.all()[0].pk),
        object_repr=f"{WORD} 0",
        action_flag=ADDITION,
        change_message=WORD,
    )
    return student


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_no_file_holds_a_word_of_a_person_with_200_posts(
    tmp_path: Path, migrated: Path, media_root: Path, settings: Settings
) -> None:
    path = tmp_path / "db.sqlite3"
    with in_a_file(path, migrated):
        if connection.vendor != "sqlite":
            pytest.skip("PostgreSQL's files are read by nobody but PostgreSQL")
        student = person_with_words(200)
        kept = set(files_below(media_root))
        assert len(kept) > 40
        assert leftovers(path)  # the search below finds what is there
        began = time.perf_counter()
        delete_own_account(student)
        scrub_database()
        assert time.perf_counter() - began < 30
        assert not files_below(media_root)
        assert not OwnershipClaim.objects.exclude(story="").exists()
        assert not verify_custody().breaks
    assert leftovers(path) == []


def leftovers(path: Path) -> list[str]:
    """Files of the database that still hold the word, the name or the address."""
    words = [text.encode(code) for text in (WORD, "beoreul") for code in ("utf-8", "utf-16-le")]
    words += [WORD.encode("unicode_escape")]  # as JSON has it
    found = []
    for file in path.parent.glob(f"{path.name}*"):
        content = file.read_bytes()
        found += [f"{file.name}: {word!r}" for word in words if word in content]
    return found


@pytest.mark.parametrize("dry", [True, False])
@pytest.mark.django_db(transaction=True)  # the file cannot be rewritten within a transaction
def test_the_command_says_how_much(capsys: pytest.CaptureFixture[str], dry: bool) -> None:
    closed = make_post(kind="lost")
    old = timezone.now() - timedelta(days=181)
    Post.objects.filter(pk=closed.pk).update(status=Post.Status.CLOSED, updated_at=old)
    call_command("erase", dry_run=dry)
    assert "posts: 1" in capsys.readouterr().out
    assert Post.objects.exists() is dry
