"""Fills a database with the demo campus, through the same services that people use."""

import io
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any, Final

from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from lostfound.models import Building, Category, Office, Post, User
from lostfound.services import submit_post
from lostfound.services.masking import allow_photo
from matching.bundled.drawing.captions import caption
from matching.bundled.drawing.things import CATEGORIES, Thing, sample_thing
from matching.bundled.drawing.views import Preset, photograph
from matching.demo.campus import DemoPost, demo_posts
from matching.demo.describing import describe
from matching.demo.things import fill_office
from matching.demo.wording import write_post

DEMO_SEED: Final = 20260301
PHOTOGRAPH_PX: Final = 640
ACCOUNTS: Final = ("student", "student2", "clerk", "staff")
CLERKS: Final = "분실물센터 직원"  # the group that a migration creates
# Authors of the demo posts; visitors who sign in as a student own a few of them.
AUTHORS: Final = ("student", "student2", "demo3", "demo4", "demo5", "demo6", "demo7", "demo8")

Progress = Callable[[str, int], AbstractContextManager[Any]]
Describe = Callable[[Thing, DemoPost], str]


def seed_demo_campus(*, password: str, progress: Progress) -> int:
    """Create accounts and demo posts; existing demo posts are kept.

    Args:
        password: set for the ACCOUNTS on every call, so that the printed password is valid.
        progress: opens a progress bar from a description and a total.

    Returns:
        The number of posts created.
    """
    users = demo_accounts(password)
    if Post.objects.filter(author__username__in=AUTHORS).exists():
        return 0
    n_places = Building.objects.filter(is_active=True).count()
    specs = demo_posts(DEMO_SEED, drawable_leaves(), n_places)
    submit_specs(specs, users, progress)
    with progress("Taking things in, claiming and handing over", 1) as bar, transaction.atomic():
        fill_office(users)
        bar.update(1)
    return len(specs)


def drawable_leaves() -> list[str]:
    """Codes of this campus's categories that can be drawn."""
    known = set(Category.objects.values_list("code", flat=True))
    return [code for code in CATEGORIES if code in known]


def to_be_read(thing: Thing, spec: DemoPost) -> str:
    """The description of a thing as visitors of the demo read it."""
    return describe(thing, str(spec.words_seed), spec.language)


def submit_specs(
    specs: Sequence[DemoPost],
    users: dict[str, User],
    progress: Progress,
    description: Describe = to_be_read,
) -> list[Post]:
    """Draw and save posts in one transaction: an interrupted demo starts again from scratch."""
    categories = {row.code: row for row in Category.objects.all()}
    buildings = list(Building.objects.filter(is_active=True))
    offices = list(Office.objects.filter(is_active=True))
    posts = []
    with progress("Drawing and saving the demo posts", len(specs)) as bar, transaction.atomic():
        for spec in specs:
            posts.append(_submit(spec, users, categories, buildings, offices, description))
            bar.update(1)
    return posts


def demo_accounts(password: str) -> dict[str, User]:
    """Creates the ACCOUNTS with this password, and the other authors without one.

    The clerk works at one office and has the permissions of its staff; `staff` is a superuser.
    """
    users = {}
    for name in dict.fromkeys((*ACCOUNTS, *AUTHORS)):
        user, _ = User.objects.get_or_create(
            username=name, defaults={"email": f"{name}@example.org"}
        )
        if name in ACCOUNTS:
            user.set_password(password)
        elif not user.password:
            user.set_unusable_password()
        user.is_superuser = name == "staff"
        user.is_staff = name in ("clerk", "staff")
        if name == "clerk":
            user.office = Office.objects.filter(is_active=True).first()
            user.groups.set(Group.objects.filter(name=CLERKS))
        user.save()
        users[name] = user
    return users


def _submit(
    spec: DemoPost,
    users: dict[str, User],
    categories: dict[str, Category],
    buildings: list[Building],
    offices: list[Office],
    description: Describe,
) -> Post:
    rng = Random(spec.words_seed)
    thing = demo_thing(spec)
    category, building = categories[spec.label or spec.category], buildings[spec.place]
    words = write_post(
        rng,
        kind=spec.kind,
        language=spec.language,
        thing=caption(thing, spec.words_seed, spec.language, 1),
        place=building.name_en if spec.language == "en" else building.name_ko,
        caption=description(thing, spec),
    )
    fields: dict[str, Any] = {
        "title": words.title,
        "description": words.description,
        "category": category if spec.names_category else None,
        "colour": thing.colour if rng.random() < 0.5 else "",
        "building": building if rng.random() < 0.85 else None,
        "happened_on": timezone.localdate() - timedelta(days=spec.days_ago),
    }
    if spec.kind == "found":
        fields["office"] = rng.choice(offices)
    post = submit_post(
        author=users[_author(spec, rng)],
        kind=spec.kind,
        fields=fields,
        photos=[drawn(thing, view_seed, spec.preset) for view_seed in spec.view_seeds],
    )
    tick_drawings(post, users["staff"])
    return post


def tick_drawings(post: Post, staff: User) -> None:
    """Have staff tick the drawings of wallets, phones and things without a category.

    Nobody's number is in a drawing, and masking a hundred of them would take minutes. The history
    of each post says that they did it.
    """
    for photo in post.photos.all():
        if not photo.is_safe:
            allow_photo(photo, actor=staff)


def demo_thing(spec: DemoPost) -> Thing:
    """The thing that a demo post is about, deterministic in the post's seed."""
    thing = sample_thing(spec.thing_seed, spec.category)
    return replace(thing, colour=spec.colour) if spec.colour else thing


def _author(spec: DemoPost, rng: Random) -> str:
    # The two sides of a pair never share an author: nobody finds what they have lost themselves.
    lost_side, found_side = AUTHORS[0::2], AUTHORS[1::2]
    return rng.choice(lost_side if spec.kind == "lost" else found_side)


def drawn(
    thing: Thing, view_seed: int, preset: Preset, size_px: int = PHOTOGRAPH_PX
) -> SimpleUploadedFile:
    """A drawing of the thing as an uploaded photograph."""
    buffer = io.BytesIO()
    photograph(thing, view_seed, preset, size_px).save(buffer, "JPEG", quality=88)
    return SimpleUploadedFile("photo.jpg", buffer.getvalue(), content_type="image/jpeg")
