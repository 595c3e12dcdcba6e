"""Builders that go through the services."""

import io
from itertools import count
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from lostfound.models import Category, Family, Notification, Post, User
from lostfound.services import notify, submit_post

numbers = count(1)


def make_user(**values: Any) -> User:
    """A new person with each call."""
    name = values.pop("username", f"someone{next(numbers)}")
    return User.objects.create_user(name, values.pop("email", f"{name}@example.com"), **values)


def make_category(
    *, is_sensitive: bool = False, photo_policy: str = "normal", name: str = "우산"
) -> Category:
    """A category in a family of its own."""
    number = next(numbers)
    family = Family.objects.create(code=f"family{number}", name_ko="가족", name_en="Family")
    return Category.objects.create(
        code=f"category{number}",
        name_ko=name,
        name_en="Umbrella",
        family=family,
        is_sensitive=is_sensitive,
        photo_policy=photo_policy,
    )


def make_post(**values: Any) -> Post:
    """A saved post with `photos` small photographs."""
    photos = [upload(shade) for shade in range(values.pop("photos", 0))]
    author = values.pop("author", None) or make_user()
    kind = values.pop("kind", Post.Kind.FOUND)
    return submit_post(
        author=author, kind=kind, fields={"title": "파란 우산", **values}, photos=photos
    )


def notified(user: User, post: Post, kind: str, **values: Any) -> Notification:
    """A notification for somebody who has this kind turned on."""
    notification = notify(user, post, kind, **values)
    assert notification is not None
    return notification


def upload(shade: int = 0) -> SimpleUploadedFile:
    """A photograph that differs from those of other shades."""
    pixels = io.BytesIO()
    Image.new("RGB", (64, 48), (40 * shade % 256, 90, 160)).save(pixels, "JPEG")
    return SimpleUploadedFile("우산.jpg", pixels.getvalue(), "image/jpeg")


def files_below(folder: Path) -> list[Path]:
    """Every file below a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
