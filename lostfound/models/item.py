"""Things that the office keeps, apart from the posts that reported them, and where they are."""

from typing import TYPE_CHECKING, Final, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lostfound.models.item_codes import CODE_CHARS, grouped, new_code
from lostfound.models.place import Office
from lostfound.models.post import Post

if TYPE_CHECKING:
    from lostfound.models.user import User

MAX_SHELF_CHARS: Final = 40
HASH_BYTES: Final = 32


class StoragePlace(models.Model):
    """A shelf, box or safe of an office. Without an office: of one that is not in the list."""

    class Kind(models.TextChoices):
        SHELF = "shelf", _("shelf")
        BOX = "box", _("box")
        SAFE = "safe", _("safe")
        QUARANTINE = "quarantine", _("quarantine")
        READY = "ready", _("ready for collection")
        OVERSIZE = "oversize", _("oversize")

    office = models.ForeignKey(
        Office,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="storage_places",
        verbose_name=_("office"),
    )
    code = models.CharField(
        _("shelf or box"), max_length=MAX_SHELF_CHARS, help_text=_("For example A-12.")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.SHELF)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("storage place")
        verbose_name_plural = _("storage places")
        ordering = ("office", "code")
        constraints = [
            models.UniqueConstraint(fields=["office", "code"], name="one_place_per_code"),
            models.UniqueConstraint(
                fields=["code"],
                condition=models.Q(office=None),
                name="one_place_per_code_without_office",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ItemQuerySet(models.QuerySet["Item"]):
    """Filters for things."""

    def kept(self) -> Self:
        """Things that an office is answerable for right now."""
        return self.filter(state__in=Item.IN_CUSTODY)

    def with_details(self) -> Self:
        """Things with everything that a page shows, in a constant number of queries."""
        return self.select_related(
            "post__category__family", "post__building__zone", "post__author", "office", "place"
        ).prefetch_related("post__photos", "facts__prompt")


class Item(models.Model):
    """One thing and its state. `services.items` changes it, always with a custody event."""

    class State(models.TextChoices):
        EXPECTED = "expected", _("announced")
        HELD = "held", _("kept")
        IN_TRANSIT = "in_transit", _("on its way")
        RESERVED = "reserved", _("waiting for its owner")
        HANDED_OVER = "handed_over", _("handed over")
        AT_POLICE = "at_police", _("with the police")
        DONATED = "donated", _("donated")
        DESTROYED = "destroyed", _("destroyed")
        TO_FINDER = "to_finder", _("given to the finder")
        MISSING = "missing", _("missing")
        VOID = "void", _("entered by mistake")

    class FinderRights(models.TextChoices):
        UNKNOWN = "unknown", _("not asked")
        KEPT = "kept", _("keeps the rights")
        WAIVED = "waived", _("waives the rights")

    class ValueBand(models.TextChoices):
        NONE = "none", _("not stated")
        LOW = "low", _("ordinary")
        HIGH = "high", _("valuable")
        CASH = "cash", _("cash")

    # Somebody of the office answers for a thing in these states.
    IN_CUSTODY: Final = (State.HELD, State.IN_TRANSIT, State.RESERVED, State.MISSING)
    LEFT: Final = (
        *(State.HANDED_OVER, State.AT_POLICE, State.DONATED),
        *(State.DESTROYED, State.TO_FINDER),
    )

    # Empty once the post has been deleted: the history of the thing stays.
    post = models.OneToOneField(
        Post,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="item",
        verbose_name=_("post"),
    )
    code = models.CharField(
        _("code"), max_length=CODE_CHARS, unique=True, default=new_code, editable=False
    )
    state = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.EXPECTED, editable=False
    )
    office = models.ForeignKey(
        Office,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="items",
        verbose_name=_("office"),
    )
    place = models.ForeignKey(
        StoragePlace,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="items",
        verbose_name=_("storage place"),
    )
    found_on = models.DateField(_("found on"))
    received_at = models.DateTimeField(_("received"), null=True, blank=True)
    brought_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="things_brought",
        verbose_name=_("brought by"),
    )
    brought_note = models.CharField(_("name of the finder"), max_length=80, blank=True)
    brought_contact = models.CharField(_("contact of the finder"), max_length=80, blank=True)
    finder_rights = models.CharField(
        _("finder's rights"),
        max_length=8,
        choices=FinderRights.choices,
        default=FinderRights.UNKNOWN,
    )
    value_band = models.CharField(
        _("value"), max_length=5, choices=ValueBand.choices, default=ValueBand.NONE
    )
    cash_amount = models.PositiveIntegerField(_("amount of cash"), null=True, blank=True)
    cash_currency = models.CharField(_("currency"), max_length=3, blank=True)
    seal_no = models.CharField(_("number of the sealed bag"), max_length=40, blank=True)
    is_on_hold = models.BooleanField(_("must not leave"), default=False)
    hold_reason = models.CharField(_("why not"), max_length=200, blank=True)
    has_name_inside = models.BooleanField(
        _("a name is inside"), default=False, help_text=_("Then the office writes or calls.")
    )
    contacted_at = models.DateTimeField(_("contacted"), null=True, blank=True)
    # Numbers of the rule when it was received: a newer version of the rule changes nothing here.
    rule = models.ForeignKey(
        "lostfound.RetentionRule",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="items",
        verbose_name=_("rule of keeping"),
    )
    clock = models.JSONField(default=dict, editable=False)
    police_due_on = models.DateField(_("police due"), null=True, editable=False)
    keep_until = models.DateField(_("kept until"), null=True, editable=False)
    notice_on = models.DateField(_("notice from"), null=True, editable=False)
    left_to = models.CharField(_("left to"), max_length=120, blank=True, editable=False)
    # The end of its chain of custody events.
    head_seq = models.PositiveIntegerField(default=0, editable=False)
    head_hash = models.BinaryField(max_length=HASH_BYTES, default=bytes(HASH_BYTES), editable=False)
    created_at = models.DateTimeField(_("entered"), auto_now_add=True)

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("thing")
        verbose_name_plural = _("things")
        ordering = ("-pk",)
        indexes = [models.Index(fields=["state", "office"])]
        permissions = [
            ("handle_item", "Can receive and move things"),
            ("judge_claim", "Can judge claims of ownership"),
            ("hand_over", "Can hand things over"),
            ("dispose_item", "Can make batches of disposal"),
            ("police_batch", "Can make batches for the police"),
            ("view_unmasked_photo", "Can see photographs without masks"),
            ("view_personal", "Can see names in the history of things"),
            ("audit", "Can read and verify the history of things"),
        ]

    def __str__(self) -> str:
        return self.shown_code

    @property
    def shown_code(self) -> str:
        """The code as people read it, such as 7KQ2-M9XD."""
        return grouped(self.code)

    def is_kept_elsewhere_for(self, user: "User") -> bool:
        """Whether an office other than this person's keeps it; see `Post.is_kept_elsewhere_for`."""
        return (
            self.office_id is not None
            and user.office_id not in (None, self.office_id)
            and not user.is_superuser
        )

    @property
    def is_in_custody(self) -> bool:
        """Whether the office holds it: from then on its finder only edits words."""
        return self.state in self.IN_CUSTODY

    @property
    def needs_two_people(self) -> bool:
        """Whether approving a claim takes two people: valuables, cash and documents."""
        is_valuable = self.value_band in (self.ValueBand.HIGH, self.ValueBand.CASH)
        category = self.post.category if self.post else None
        return is_valuable or (category is not None and category.is_sensitive)
