"""Things on their way between two offices. `services.items.transfers` writes these."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lostfound.models.item import Item
from lostfound.models.place import Office


class Transfer(models.Model):
    """What one office sent to another; each thing in it is accepted or refused on its own."""

    from_office = models.ForeignKey(
        Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("from")
    )
    to_office = models.ForeignKey(
        Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("to")
    )
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    sent_at = models.DateTimeField(_("sent"), auto_now_add=True)
    seal_no = models.CharField(_("number of the sealed bag"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Its number as people read it, such as T-12."""
        return f"T-{self.pk}"


class TransferItem(models.Model):
    """One thing of a transfer, and what the receiving office said about it."""

    class State(models.TextChoices):
        SENT = "sent", _("on its way")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("not accepted")
        RECALLED = "recalled", _("taken back")

    transfer = models.ForeignKey(
        Transfer, on_delete=models.PROTECT, related_name="rows", verbose_name=_("transfer")
    )
    item = models.ForeignKey(
        Item, on_delete=models.PROTECT, related_name="transfers", verbose_name=_("thing")
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.SENT)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("who"),
    )
    settled_at = models.DateTimeField(_("when"), null=True)
    reason = models.CharField(_("why not"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("thing of a transfer")
        verbose_name_plural = _("things of a transfer")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["transfer", "item"], name="a_thing_once_per_transfer"),
            models.UniqueConstraint(
                fields=["item"],
                condition=models.Q(state="sent"),
                name="one_open_transfer_per_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transfer_id} {self.item_id} {self.state}"
