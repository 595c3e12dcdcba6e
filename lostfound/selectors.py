"""Queries that several views share. Each takes a constant number of queries."""

from itertools import groupby

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from lostfound.models import (
    Building,
    Category,
    Family,
    Item,
    Notification,
    Office,
    Post,
    StoragePlace,
    User,
    Zone,
)
from lostfound.models.notification import NotificationQuerySet

PUBLIC_STATUSES = (Post.Status.OPEN, Post.Status.MATCHED)


def public_found_posts() -> QuerySet[Post]:
    """The publicly visible found posts: those still waiting for their owner, newest first."""
    return (
        Post.objects.found()
        .filter(status__in=PUBLIC_STATUSES)
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
    used = StoragePlace.objects.filter(items__state__in=Item.IN_CUSTODY)
    return used.order_by("code").values_list("code", flat=True).distinct()


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
        .select_related("post", "other_post__office__building")
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
