"""A lost or found post."""

import re
import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.validators import MaxLengthValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lostfound.models import hidden_words, item_codes, public_titles
from lostfound.models.category import Category
from lostfound.models.place import Building, Office

if TYPE_CHECKING:
    from lostfound.models.item import Item
    from lostfound.models.photo import Photo
    from lostfound.models.user import User

MAX_DESCRIPTION_CHARS = 5000
MAX_HIDDEN_CHARS = 2000  # of all hidden facts of a thing together
MAX_INITIALS = 2  # characters
NUMBER_MARK = "LF-"  # distinguishes our numbers from those of other lists
WRITTEN_NUMBER = re.compile(r"LF([0-9]{1,15})")  # as `item_codes.folded` leaves it


class Colour(models.TextChoices):
    """The main colour, in everyday words."""

    BLACK = "black", _("Black")
    WHITE = "white", _("White")
    GRAY = "gray", _("Gray")
    SILVER = "silver", _("Silver")
    RED = "red", _("Red")
    ORANGE = "orange", _("Orange")
    YELLOW = "yellow", _("Yellow")
    GREEN = "green", _("Green")
    BLUE = "blue", _("Blue")
    NAVY = "navy", _("Navy")
    PURPLE = "purple", _("Purple")
    PINK = "pink", _("Pink")
    BROWN = "brown", _("Brown")
    BEIGE = "beige", _("Beige")


class PostQuerySet(models.QuerySet["Post"]):
    """Filters for posts."""

    def open(self) -> Self:
        """Posts that may still be matched."""
        return self.filter(status=Post.Status.OPEN)

    def lost(self) -> Self:
        """Posts about lost things."""
        return self.filter(kind=Post.Kind.LOST)

    def found(self) -> Self:
        """Posts about found things."""
        return self.filter(kind=Post.Kind.FOUND)

    def with_facts(self) -> Self:
        """Posts with the words that `text` and `public_title` leave out."""
        return self.select_related("item").prefetch_related("item__facts")

    def with_details(self) -> Self:
        """Posts with everything that a page shows, in a constant number of queries."""
        return self.select_related(
            "author", "category__family", "building__zone", "office", "item__place"
        ).prefetch_related("photos", "item__facts")


class Post(models.Model):
    """A post about a lost or found thing."""

    class Kind(models.TextChoices):
        LOST = "lost", _("Lost")
        FOUND = "found", _("Found")

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        MATCHED = "matched", _("Matched")
        RETURNED = "returned", _("Returned")
        CLOSED = "closed", _("Closed")

    public_id = models.UUIDField(_("number"), default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=5, choices=Kind.choices)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.OPEN, editable=False
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="posts",
        verbose_name=_("author"),
    )
    title = models.CharField(_("title"), max_length=100)
    description = models.TextField(
        _("description"), blank=True, validators=[MaxLengthValidator(MAX_DESCRIPTION_CHARS)]
    )
    category = models.ForeignKey(
        Category,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="posts",
        verbose_name=_("category"),
    )
    colour = models.CharField(_("colour"), max_length=10, choices=Colour.choices, blank=True)
    building = models.ForeignKey(
        Building,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="posts",
        verbose_name=_("place"),
    )
    place_note = models.CharField(_("where exactly"), max_length=200, blank=True)
    # Of a loss, the first day that it may have been on; not known if empty.
    happened_on = models.DateField(_("day"), default=timezone.localdate, null=True, blank=True)
    happened_until = models.DateField(
        _("last possible day"),
        null=True,
        blank=True,
        help_text=_("For a loss that may have been on several days."),
    )
    office = models.ForeignKey(
        Office,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="posts",
        verbose_name=_("kept at"),
    )
    kept_note = models.CharField(_("where it is kept"), max_length=200, blank=True)
    # For the office only, one per line. A thing has facts of its own: see `ControlFact`.
    facts_without_item = models.TextField(
        _("hidden facts"),
        blank=True,
        db_column="hidden_facts",
    )
    # Sent by the device, so that repeating a submission does not create a second post.
    idempotency_key = models.CharField(max_length=80, blank=True, editable=False)
    submission_hash = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(_("posted"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ("-created_at", "-id")
        indexes = [
            models.Index(fields=["status", "kind", "-created_at"]),
            models.Index(fields=["author", "-created_at"]),
            models.Index(fields=["author", "updated_at"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["author", "idempotency_key"],
                condition=~models.Q(idempotency_key=""),
                name="one_post_per_idempotency_key",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="lost") | models.Q(happened_on__isnull=False),
                name="found_things_have_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(happened_until=None)
                | models.Q(
                    kind="lost",
                    happened_on__isnull=False,
                    happened_until__gt=models.F("happened_on"),
                ),
                name="last_possible_day_after_the_first",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The page of this post, for its author."""
        return reverse("lostfound:post", args=[self.public_id])

    @property
    def kept_item(self) -> "Item | None":
        """The thing that it reports, if an office expects or holds it."""
        try:
            return self.item
        except ObjectDoesNotExist:
            return None

    @property
    def is_in_custody(self) -> bool:
        """Whether the office holds the thing: from then on its author only edits words."""
        item = self.kept_item if self.kind == self.Kind.FOUND else None
        return item is not None and item.is_in_custody

    @property
    def shelf(self) -> str:
        """The shelf or box on which the office keeps the thing; empty if on none."""
        item = self.kept_item if self.kind == self.Kind.FOUND else None
        return item.place.code if item is not None and item.place is not None else ""

    @property
    def number(self) -> str:
        """The number that the office uses on paper and on the telephone, such as LF-120."""
        return f"{NUMBER_MARK}{self.pk}"

    @staticmethod
    def called(number: str) -> tuple[str, int | str | uuid.UUID] | None:
        """The field and value that find a post by its number; None if the text is no number.

        Spaces, full-width characters and dashes of every kind make no difference. The code on a
        label is a number, too.
        """
        if written := WRITTEN_NUMBER.fullmatch(item_codes.folded(number)):
            return "pk", int(written[1])
        if item_codes.looks_like_code(number) and item_codes.is_valid(item_codes.plain(number)):
            return "item__code", item_codes.plain(number)
        number = number.strip()
        try:
            return "public_id", uuid.UUID(number)
        except ValueError:
            return None

    @property
    def colour_name(self) -> str:
        """The colour's name; faster than `get_colour_display`, which translates all of them."""
        try:
            return str(Colour(self.colour).label)
        except ValueError:  # empty, or a colour that no longer exists
            return self.colour

    @property
    def is_open(self) -> bool:
        """Whether it can still be matched, edited and closed."""
        return self.status == self.Status.OPEN

    def is_kept_elsewhere_for(self, user: "User") -> bool:
        """Whether the thing is kept at an office other than this person's.

        False for staff without an office, who work for all of them, and for the author.
        """
        return (
            self.office_id is not None
            and user.office_id not in (None, self.office_id)
            and user.pk != self.author_id
            and not user.is_superuser
        )

    @property
    def is_sensitive(self) -> bool:
        """Whether its photographs must not be shown in public.

        That includes things without a category, which may be somebody's identity card.
        """
        return self.category is None or self.category.is_sensitive

    @property
    def shows_photos_in_public(self) -> bool:
        """Whether the public may see its thumbnails."""
        return (
            self.kind == self.Kind.FOUND
            and self.status in (self.Status.OPEN, self.Status.MATCHED)
            and not self.is_sensitive
        )

    @property
    def hidden_facts(self) -> str:
        """What only the owner can know, one fact per line; neither author nor public sees it.

        The facts belong to the thing; those of a post without one are in a column of its own.
        """
        item = self.kept_item if self.kind == self.Kind.FOUND else None
        if item is None:
            return self.facts_without_item
        return "\n".join(fact.answer for fact in item.facts.all())

    @hidden_facts.setter
    def hidden_facts(self, lines: str) -> None:
        """Of a post without a thing; `services.items.facts` writes those of a thing."""
        self.facts_without_item = lines

    @property
    def photo_policy(self) -> str:
        """What happens to its photographs; one of Category.PhotoPolicy."""
        if self.category is None:  # it may be anything
            return str(settings.PHOTOS_WITHOUT_CATEGORY)
        return self.category.photo_policy

    @property
    def safe_photos(self) -> "list[Photo]":
        """Its photographs without those that still have to be masked, in their order."""
        return [photo for photo in self.photos.all() if photo.is_safe]

    @property
    def hides_photos(self) -> bool:
        """Whether a photograph of it still has to be masked or checked."""
        return len(self.safe_photos) < len(self.photos.all())

    @property
    def public_photos(self) -> "list[Photo]":
        """The photographs whose thumbnails the public may see, in their order."""
        return self.safe_photos if self.shows_photos_in_public else []

    @property
    def hidden_words(self) -> list[str]:
        """The words that the public never sees."""
        item = self.kept_item if self.kind == self.Kind.FOUND else None
        if item is None:
            return hidden_words.lines_of(self.facts_without_item)
        return [words for fact in item.facts.all() for words in fact.spellings]

    @property
    def hides_title(self) -> bool:
        """Whether the public only learns what kind of thing it is: titles of cards hold names."""
        if self.category is not None:
            return self.category.is_sensitive
        return bool(public_titles.sensitive_words_of(self.title))

    @property
    def public_title(self) -> str:
        """The title without hidden words and long numbers; the category if nothing is left.

        Of a sensitive thing the category's name, whatever its title is.
        """
        if self.category is not None and self.category.is_sensitive:
            return self.category.name
        shown = hidden_words.without(self.title, self.hidden_words, public_titles.MARK)
        if self.category is None and (kinds := public_titles.sensitive_words_of(shown)):
            return public_titles.only_words(shown, kinds)
        if re.search(r"\w", shown):
            return public_titles.without_long_numbers(shown)
        return self.category.name if self.category else str(self.get_kind_display())

    @property
    def text(self) -> str:
        """The text that describes the thing, as it is embedded.

        Without hidden facts: neither a search nor a suggestion's similarity may reveal whether
        somebody has guessed them.
        """
        shown = f"{self.title}\n{self.description}"
        return hidden_words.without(shown, self.hidden_words, " ").strip()
