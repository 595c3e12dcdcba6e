"""factory-boy factories. Photographs have real files in the test's media folder."""

import hashlib
import io
from typing import Any

import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory
from PIL import Image

from lostfound.hooks import report_post_change
from lostfound.models import (
    Building,
    Category,
    Family,
    Notification,
    Office,
    Photo,
    Post,
    User,
    Zone,
)
from lostfound.services import receive_item
from matching.models import Match, PossibleDuplicate, StoredProfile


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence("person{}".format)
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")
    password = factory.django.Password("correct horse")


class StaffFactory(UserFactory):
    username = factory.Sequence("staff{}".format)
    is_staff = True
    is_superuser = True


class FamilyFactory(DjangoModelFactory[Family]):
    class Meta:
        model = Family

    code = factory.Sequence("family-{}".format)
    name_ko = factory.LazyAttribute(lambda row: f"갈래 {row.code}")
    name_en = factory.LazyAttribute(lambda row: f"Family {row.code}")


class CategoryFactory(DjangoModelFactory[Category]):
    class Meta:
        model = Category

    code = factory.Sequence("category-{}".format)
    name_ko = factory.LazyAttribute(lambda row: f"분류 {row.code}")
    name_en = factory.LazyAttribute(lambda row: f"Category {row.code}")
    family = factory.SubFactory(FamilyFactory)
    photo_policy = Category.PhotoPolicy.NORMAL


class ZoneFactory(DjangoModelFactory[Zone]):
    class Meta:
        model = Zone

    code = factory.Sequence("zone-{}".format)
    name_ko = factory.LazyAttribute(lambda row: f"구역 {row.code}")
    name_en = factory.LazyAttribute(lambda row: f"Zone {row.code}")


class BuildingFactory(DjangoModelFactory[Building]):
    class Meta:
        model = Building

    code = factory.Sequence("building-{}".format)
    name_ko = factory.LazyAttribute(lambda row: f"건물 {row.code}")
    name_en = factory.LazyAttribute(lambda row: f"Building {row.code}")
    zone = factory.SubFactory(ZoneFactory)


class OfficeFactory(DjangoModelFactory[Office]):
    class Meta:
        model = Office

    code = factory.Sequence("office-{}".format)
    name_ko = factory.LazyAttribute(lambda row: f"창구 {row.code}")
    name_en = factory.LazyAttribute(lambda row: f"Office {row.code}")
    building = factory.SubFactory(BuildingFactory)


class PostFactory(DjangoModelFactory[Post]):
    """An open lost post."""

    class Meta:
        model = Post

    kind = Post.Kind.LOST
    author = factory.SubFactory(UserFactory)
    title = factory.Sequence("Black umbrella {}".format)
    description = ""

    @classmethod
    def _create(cls, model_class: type[Post], *args: Any, **kwargs: Any) -> Post:
        """Calls the hook `post_changed`, as the services do."""
        post: Post = super()._create(model_class, *args, **kwargs)  # type: ignore[no-untyped-call]
        report_post_change(post)
        return post


class FoundPostFactory(PostFactory):
    """An open found post; `shelf="A-12"` has an office keep the thing there."""

    kind = Post.Kind.FOUND

    @classmethod
    def _create(cls, model_class: type[Post], *args: Any, **kwargs: Any) -> Post:
        shelf = kwargs.pop("shelf", "")
        post = super()._create(model_class, *args, **kwargs)
        if shelf:
            receive_item(post, actor=post.author, shelf=shelf)
        return post


class PhotoFactory(DjangoModelFactory[Photo]):
    """A photograph of one colour; `colour=(r, g, b)` decides its content."""

    class Meta:
        model = Photo
        exclude = ("colour", "jpeg")

    colour = (40, 90, 160)
    jpeg = factory.LazyAttribute(lambda row: jpeg_bytes(row.colour))

    post = factory.SubFactory(PostFactory)
    position = factory.LazyAttribute(lambda row: row.post.photos.count())
    full = factory.LazyAttribute(lambda row: ContentFile(row.jpeg, "full.jpg"))
    thumbnail = factory.LazyAttribute(lambda row: ContentFile(row.jpeg, "thumbnail.jpg"))
    width_px = 64
    height_px = 48
    content_hash = factory.LazyAttribute(lambda row: hashlib.sha256(row.jpeg).hexdigest())

    @classmethod
    def _create(cls, model_class: type[Photo], *args: Any, **kwargs: Any) -> Photo:
        """Calls the hook `post_changed` for the photograph's post."""
        photo: Photo = super()._create(model_class, *args, **kwargs)  # type: ignore[no-untyped-call]
        report_post_change(photo.post)
        return photo


class MatchFactory(DjangoModelFactory[Match]):
    """A suggested pair of open posts by two authors."""

    class Meta:
        model = Match

    lost = factory.SubFactory(PostFactory)
    found = factory.SubFactory(FoundPostFactory)
    strategy = "clip_zeroshot_v2"
    fingerprint = "fake-32"
    score = 0.8
    terms = factory.LazyAttribute(lambda row: {"text_text": row.score, "combined": row.score})
    exclusions = factory.LazyFunction(list)
    evidence_hash = factory.Sequence("{:064x}".format)


class ProfileFactory(DjangoModelFactory[StoredProfile]):
    """A version with empty data, which cannot be loaded."""

    class Meta:
        model = StoredProfile

    fingerprint = "fake-32"
    origin = StoredProfile.Origin.BUILT
    prompts_hash = "0" * 64
    data = b""


class DuplicateFactory(DjangoModelFactory[PossibleDuplicate]):
    """Two open found posts that may be duplicates."""

    class Meta:
        model = PossibleDuplicate

    first = factory.SubFactory(FoundPostFactory)
    second = factory.SubFactory(FoundPostFactory)
    profile = factory.SubFactory(ProfileFactory)
    fingerprint = "fake-32"
    score = 0.8
    terms = factory.LazyFunction(
        lambda: {"prior": -5.0, "text_text": 3.4, "text_image": None, "time": 3.0, "author": -0.3}
    )
    evidence_hash = factory.Sequence("{:064x}".format)


class NotificationFactory(DjangoModelFactory[Notification]):
    class Meta:
        model = Notification

    post = factory.SubFactory(PostFactory)
    user = factory.SelfAttribute("post.author")
    kind = Notification.Kind.MATCH_CONFIRMED


def jpeg_bytes(colour: tuple[int, int, int], size_px: tuple[int, int] = (64, 48)) -> bytes:
    """A JPEG of one colour."""
    buffer = io.BytesIO()
    Image.new("RGB", size_px, colour).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()
