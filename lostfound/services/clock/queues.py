"""What is due at the office, in queues that people work off; must not write."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from lostfound.data.retention_file import read_law
from lostfound.models import Item, OwnershipClaim, TransferItem, User

State = Item.State

SHOWN: Final = 50  # things of a queue on its page; the number beside its name counts all
ACCEPT_HOURS: Final = 24  # of a transfer
FETCH_DAYS: Final = 3  # after an approval, when the first reminder is sent


@dataclass(frozen=True)
class Due:
    """A thing of a queue.

    Attributes:
        day: until when, or since when, as the queue's name says.
        is_late: whether it is shown in red.
    """

    item: Item
    day: date | None
    is_late: bool


@dataclass(frozen=True)
class Queue:
    """One queue: its things, and how many there are beyond those that are shown."""

    key: str
    title: StrPromise
    help: StrPromise
    due: list[Due]
    count: int


def queues_for(person: User, today: date) -> list[Queue]:
    """All queues of the person's office; those of every office for somebody without one.

    Two queries a queue, whatever their length.
    """
    kept = Item.objects.kept().select_related("post__category", "office", "place", "rule")
    is_of_one = person.office_id is not None and not person.is_superuser
    own = Q(office=person.office_id) if is_of_one else Q()
    # What is on its way concerns both offices.
    both = own | Q(sent_to=person.office_id) if is_of_one else Q()
    sent = TransferItem.objects.filter(item=OuterRef("pk"), state=TransferItem.State.SENT)
    on_its_way = kept.annotate(
        sent_at=Subquery(sent.values("transfer__sent_at")[:1]),
        sent_to=Subquery(sent.values("transfer__to_office")[:1]),
    )
    return [
        _queue(key, on_its_way.filter(both) if key == "transfers" else kept.filter(own), today)
        for key in QUEUES
    ]


def _queue(key: str, items: QuerySet[Item], today: date) -> Queue:
    title, help_text, choose, late_after = QUEUES[key]
    rows = choose(items, today).annotate(day=F(DAY_OF[key])).order_by("day", "pk")
    shown = list(rows[:SHOWN])
    count = len(shown) if len(shown) < SHOWN else rows.count()
    due = [_due(item, today, late_after) for item in shown]
    return Queue(key, title, help_text, due, count)


def _due(item: Item, today: date, late_after: int | None) -> Due:
    day = getattr(item, "day")  # noqa: B009  (an annotation, which the model does not know)
    if day is not None and type(day) is not date:
        day = day.date()
    is_late = late_after is not None and day is not None and (today - day).days > late_after
    return Due(item, day, is_late)


def _to_police(items: QuerySet[Item], today: date) -> QuerySet[Item]:
    # The first warning comes this many days before the seventh.
    soon = read_law().police_red_days + 1 - min(read_law().police_warn_days)
    return items.filter(state=State.HELD, police_due_on__lte=today + timedelta(days=soon))


def _with_name(items: QuerySet[Item], today: date) -> QuerySet[Item]:
    return items.filter(state=State.HELD, has_name_inside=True, contacted_at=None)


def _expiring(items: QuerySet[Item], today: date) -> QuerySet[Item]:
    live = OwnershipClaim.objects.live().filter(item=OuterRef("pk"))
    return items.filter(state=State.HELD, notice_on__lte=today).exclude(Exists(live))


def _unfetched(items: QuerySet[Item], today: date) -> QuerySet[Item]:
    return items.filter(
        Q(claims__decided_at__date__lte=today - timedelta(days=FETCH_DAYS)),
        state=State.RESERVED,
        claims__state=OwnershipClaim.State.APPROVED,
    )


def _missing(items: QuerySet[Item], today: date) -> QuerySet[Item]:
    return items.filter(state=State.MISSING)


def _not_accepted(items: QuerySet[Item], today: date) -> QuerySet[Item]:
    before = timezone.now() - timedelta(hours=ACCEPT_HOURS)
    sent = TransferItem.objects.filter(item=OuterRef("pk"), state=TransferItem.State.SENT)
    return items.filter(Exists(sent.filter(transfer__sent_at__lte=before)), state=State.IN_TRANSIT)


Choose = Callable[[QuerySet[Item], date], QuerySet[Item]]

# Name, what to do, which things, and after how many days beyond its day a thing is red.
QUEUES: Final[dict[str, tuple[StrPromise, StrPromise, Choose, int | None]]] = {
    "police": (
        _("To the police"),
        _("Seven days after the find the finder loses rights, so hand these in by the day shown."),
        _to_police,
        -2,
    ),
    "names": (
        _("With a name inside"),
        _("Write or call whoever is named, then say so on the page of the thing."),
        _with_name,
        0,
    ),
    "expiring": (
        _("Storage ends"),
        _("Nothing leaves by itself. Put these into a batch when you are ready."),
        _expiring,
        0,
    ),
    "unfetched": (
        _("Ready and not fetched"),
        _("Their owners have been reminded. After the day shown they are kept again."),
        _unfetched,
        0,
    ),
    "missing": (
        _("Missing"),
        _("Look for them again. Whoever moves one to a shelf has found it."),
        _missing,
        None,
    ),
    "transfers": (
        _("Sent and not accepted"),
        _("Sent more than a day ago. The other office accepts them or says what is not there."),
        _not_accepted,
        0,
    ),
}
DAY_OF: Final = {
    "police": "police_due_on",
    "names": "received_at",
    "expiring": "keep_until",
    "unfetched": "claims__pickup_by",
    "missing": "police_due_on",
    "transfers": "sent_at",
}
