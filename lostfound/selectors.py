"""Queries that several views share. Each takes a constant number of queries."""

import re
from collections.abc import Iterable
from itertools import groupby

from django.db.models import Case, Count, Exists, OuterRef, Prefetch, Q, QuerySet, When

from lostfound.models import (
    Building,
    Category,
    CustodyEvent,
    Family,
    Item,
    Notification,
    Office,
    OwnershipClaim,
    Post,
    StoragePlace,
    User,
    Zone,
    item_codes,
)
from lostfound.models.claim import ClaimQuerySet
from lostfound.models.notification import NotificationQuerySet

PUBLIC_STATUSES = (Post.Status.OPEN, Post.Status.MATCHED)


def public_found_posts() -> QuerySet[Post]:
    """The publicly visible found posts: those still waiting for their owner, newest first."""
    return (
        Post.objects.found()
        .filter(status__in=PUBLIC_STATUSES)
        .with_facts()
        .select_related("category__family", "building__zone", "office")
        .prefetch_related("photos")
        .order_by("-created_at", "-id")
    )


def posts_of(user: User) -> QuerySet[Post]:
    """A person's own posts with everything that a page shows, newest first."""
    return Post.objects.with_details().filter(author=user).order_by("-created_at", "-id")


def posts_visible_to(user: User) -> QuerySet[Post]:
    """The posts that a signed-in person may open: their own, or all for staff."""
    posts = Post.objects.with_details()
    return posts if user.sees_all_posts else posts.filter(author=user)


def categories_by_family(*, keep: Category | None = None) -> list[tuple[Family, list[Category]]]:
    """The categories that forms offer, grouped by family; empty families are left out.

    Args:
        keep: an inactive category to offer as well, because the post has it.
    """
    categories = Category.objects.select_related("family").order_by(
        "family__position", "family__code", "position", "code"
    )
    offered = [
        category
        for category in categories
        if (category.is_active and category.family.is_active) or category == keep
    ]
    return [(family, list(group)) for family, group in groupby(offered, lambda c: c.family)]


def buildings_by_zone(*, keep: Building | None = None) -> list[tuple[Zone, list[Building]]]:
    """The places that forms offer, grouped by zone; empty zones are left out.

    Args:
        keep: an inactive place to offer as well, because the post has it.
    """
    buildings = Building.objects.select_related("zone").order_by(
        "zone__position", "zone__code", "position", "code"
    )
    offered = [
        building
        for building in buildings
        if (building.is_active and building.zone.is_active) or building == keep
    ]
    return [(zone, list(group)) for zone, group in groupby(offered, lambda b: b.zone)]


def active_offices() -> QuerySet[Office]:
    """The offices that keep found things."""
    return Office.objects.filter(is_active=True).select_related("building__zone")


def shelves_in_use() -> QuerySet[StoragePlace, str]:
    """The shelves on which things are kept right now, by name."""
    used = StoragePlace.objects.filter(items__state__in=Item.IN_CUSTODY, is_active=True)
    return used.order_by("code").values_list("code", flat=True).distinct()


def ready_place_for(item: Item) -> StoragePlace | None:
    """Where a thing could wait for its owner: the emptiest place for that in its office.

    None if the office has none, if the thing is in one already, and for what stays in a safe.
    """
    if item.state != Item.State.RESERVED or item.needs_two_people or item.office_id is None:
        return None
    if item.place is not None and item.place.kind == StoragePlace.Kind.READY:
        return None
    kept = Count("items", filter=Q(items__state__in=Item.IN_CUSTODY))
    places = StoragePlace.objects.filter(
        office=item.office_id, kind=StoragePlace.Kind.READY, is_active=True
    )
    return places.annotate(kept=kept).order_by("kept", "code").first()


def claims_of(user: User) -> ClaimQuerySet:
    """A person's own claims with everything that a page shows, newest first."""
    return (
        OwnershipClaim.objects.filter(claimant=user)
        .select_related("item__post__category__family", "item__office__building", "photo")
        .prefetch_related("item__post__photos", "item__facts", "answers")
    )


def claims_to(item: Item) -> ClaimQuerySet:
    """All claims to a thing with what a judge reads, the live ones first, the oldest first."""
    is_closed = Case(When(state__in=OwnershipClaim.LIVE, then=0), default=1)
    return (
        OwnershipClaim.objects.filter(item=item)
        .select_related("claimant", "lost_post", "photo")
        .prefetch_related("answers", "verdicts__by")
        .order_by(is_closed, "created_at", "pk")
    )


def waiting_claims(judge: User) -> ClaimQuerySet:
    """Claims that wait for the office, those of the judge's office first, the oldest first."""
    is_elsewhere = Case(When(item__office=judge.office_id, then=0), default=1)
    return (
        OwnershipClaim.objects.waiting()
        .select_related("item__post__category__family", "item__office", "item__place", "claimant")
        .prefetch_related("item__post__photos")
        .order_by(is_elsewhere, "created_at", "pk")
    )


def chain_of(item: Item) -> QuerySet[CustodyEvent]:
    """The custody events of a thing, in their order."""
    return item.custody.select_related(
        "actor", "office", "from_place", "to_place", "detail"
    ).order_by("seq")


def notifications_of(user: User) -> NotificationQuerySet:
    """A person's notifications in the app, newest first, with the place where a thing is kept.

    `is_superseded` is true if there is a later one about a match of the same post.
    """
    about_a_match = (Notification.Kind.MATCH_CONFIRMED, Notification.Kind.MATCH_WITHDRAWN)
    later = Notification.objects.filter(
        post=OuterRef("post"), user=user, kind__in=about_a_match, pk__gt=OuterRef("pk")
    )
    return (
        Notification.objects.filter(user=user)
        .listed()
        .annotate(is_superseded=Exists(later))
        .select_related(
            "post__category",
            "post__item",
            "other_post__office__building",
            "other_post__item",
            "claim",
        )
        .prefetch_related("post__item__facts")
        .order_by("-created_at", "-id")
    )


def unread_notifications(user: User) -> NotificationQuerySet:
    """A person's unread notifications, newest first."""
    return notifications_of(user).unread()


def active_taxonomy() -> QuerySet[Family]:
    """Families with their active categories, for the API."""
    return Family.objects.filter(is_active=True).prefetch_related(
        Prefetch("categories", Category.objects.filter(is_active=True))
    )


def items_called(texts: Iterable[str]) -> tuple[list[Item], list[str]]:
    """Things by their codes or numbers, each once, and what is neither.

    Args:
        texts: a code or number each, or several with spaces, commas or lines between.
    """
    wanted = dict.fromkeys(part for text in texts for part in _parts(text))
    codes = {part: item_codes.plain(part) for part in wanted}
    numbers = {part: called[1] for part in wanted if (called := Post.called(part)) is not None}
    pks = [pk for pk in numbers.values() if isinstance(pk, int)]
    rows = Item.objects.with_details().filter(Q(code__in=codes.values()) | Q(post__in=pks))
    by_code, by_post = {}, {}
    for item in rows:
        by_code[item.code], by_post[item.post_id] = item, item
    found: dict[int, Item] = {}
    unknown = []
    for part in wanted:
        number = numbers.get(part)
        known = by_code.get(codes[part])
        if known is None and isinstance(number, int):
            known = by_post.get(number)
        if known is None:
            unknown.append(part)
        else:
            found[known.pk] = known
    return list(found.values()), unknown


def _parts(text: str) -> list[str]:
    """The codes in a text; one code may have a space in its middle."""
    text = text.replace("\x00", "").strip()
    if not text or item_codes.is_valid(item_codes.plain(text)) or Post.called(text) is not None:
        return [text] if text else []
    return [part for part in re.split(r"[\s,;]+", text) if part]
