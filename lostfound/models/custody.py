"""The custody chain of each thing, and the daily seal over all chains.

Only `services.items.custody` writes these tables.
"""

from typing import Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lostfound.models.append_only import AppendOnly
from lostfound.models.item import HASH_BYTES, Item, StoragePlace
from lostfound.models.place import Office

NONCE_BYTES: Final = 16


class CustodyEvent(AppendOnly):
    """One change of a thing, with a hash of itself and of the event before it."""

    class Kind(models.TextChoices):
        RECEIVED = "received", _("Taken in")
        CARRIED_OVER = "carried_over", _("Taken over from the earlier records")
        MOVED = "moved", _("Moved")
        SENT = "sent", _("Sent to another office")
        ACCEPTED = "accepted", _("Accepted from another office")
        NOT_ACCEPTED = "not_accepted", _("Not accepted, back with its office")
        RESERVED = "reserved", _("Reserved for its owner")
        RELEASED = "released", _("No longer reserved")
        HANDED_OVER = "handed_over", _("Handed over")
        AT_POLICE = "at_police", _("Handed to the police")
        TO_FINDER = "to_finder", _("Given to the finder")
        DONATED = "donated", _("Donated")
        DESTROYED = "destroyed", _("Destroyed")
        REVERSED = "reversed", _("Hand-over taken back")
        MISSING = "missing", _("Reported missing")
        FOUND_AGAIN = "found_again", _("Found again")
        CONTACTED = "contacted", _("Whoever is named inside was told")
        HELD_BACK = "held_back", _("Must not leave")
        HOLD_ENDED = "hold_ended", _("May leave again")
        POST_DELETED = "post_deleted", _("Its post was deleted")
        VOIDED = "voided", _("Entered by mistake")

    item = models.ForeignKey(
        Item, on_delete=models.PROTECT, related_name="custody", verbose_name=_("thing")
    )
    seq = models.PositiveIntegerField(_("number"))
    at = models.DateTimeField(_("when"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("who"),
    )
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("office")
    )
    kind = models.CharField(_("what"), max_length=16, choices=Kind.choices)
    from_state = models.CharField(_("state before"), max_length=12, blank=True)
    to_state = models.CharField(_("state after"), max_length=12)
    from_place = models.ForeignKey(
        StoragePlace, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("from")
    )
    to_place = models.ForeignKey(
        StoragePlace, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("to")
    )
    ref = models.CharField(_("reference"), max_length=40, blank=True)
    detail_digest = models.BinaryField(max_length=HASH_BYTES, default=b"")
    prev_hash = models.BinaryField(max_length=HASH_BYTES)
    hash = models.BinaryField(max_length=HASH_BYTES)

    class Meta:
        verbose_name = _("custody event")
        verbose_name_plural = _("custody events")
        ordering = ("item", "seq")
        constraints = [
            # Two writers who continue the same event fail loudly instead of forking the chain.
            models.UniqueConstraint(fields=["item", "seq"], name="one_custody_event_per_number"),
            models.UniqueConstraint(fields=["item", "prev_hash"], name="custody_never_forks"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} #{self.seq} {self.kind}"


class CustodyDetail(models.Model):
    """The personal part of an event: erasable, since the event only holds its digest."""

    event = models.OneToOneField(CustodyEvent, on_delete=models.PROTECT, related_name="detail")
    nonce = models.BinaryField(max_length=NONCE_BYTES)
    body = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("custody detail")
        verbose_name_plural = _("custody details")

    def __str__(self) -> str:
        return str(self.event_id)


class Seal(AppendOnly):
    """The state of all chains on one day, chained to the seal before it.

    Attributes:
        heads: the number and hash of the last event of each chain that grew since the seal before.
        root: SHA-256 over the heads of all chains and the root before.
    """

    day = models.DateField(_("day"), unique=True)
    chains = models.PositiveIntegerField(_("chains"))
    heads = models.JSONField(default=dict)
    prev_root = models.BinaryField(max_length=HASH_BYTES)
    root = models.BinaryField(max_length=HASH_BYTES)
    sealed_at = models.DateTimeField(_("sealed"), auto_now_add=True)
    sent_to = models.CharField(_("sent to"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        ordering = ("-day",)

    def __str__(self) -> str:
        return str(self.day)
