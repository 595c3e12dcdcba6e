"""Batches of things that leave the office for good. `services.disposal` writes these."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lostfound.models.item import Item
from lostfound.models.place import Office


class DisposalBatch(models.Model):
    """Things of one office that go to one recipient together, once a second person has agreed."""

    class Kind(models.TextChoices):
        POLICE = "police", _("to the police")
        TO_FINDER = "to_finder", _("to the finder")
        DONATE = "donate", _("donation")
        DESTROY = "destroy", _("destruction")

    class State(models.TextChoices):
        DRAFT = "draft", _("drafted")
        APPROVED = "approved", _("approved")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")

    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    state = models.CharField(
        _("state"), max_length=9, choices=State.choices, default=State.DRAFT, editable=False
    )
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("office")
    )
    recipient = models.CharField(
        _("recipient"), max_length=120, help_text=_("For example the station and its telephone.")
    )
    document_no = models.CharField(_("number of the document"), max_length=60, blank=True)
    witness = models.CharField(_("witness"), max_length=80, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("drafted by"),
    )
    made_at = models.DateTimeField(_("drafted"), auto_now_add=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved"), null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("completed by"),
    )
    done_at = models.DateTimeField(_("completed"), null=True)

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Its number as people read it, such as B-12."""
        return f"B-{self.pk}"


class BatchItem(models.Model):
    """One thing of a batch, and whether the recipient took it."""

    class Result(models.TextChoices):
        OPEN = "open", _("not settled yet")
        ACCEPTED = "accepted", _("taken over")
        REFUSED = "refused", _("not taken")
        CANCELLED = "cancelled", _("cancelled")

    batch = models.ForeignKey(
        DisposalBatch, on_delete=models.PROTECT, related_name="rows", verbose_name=_("batch")
    )
    item = models.ForeignKey(
        Item, on_delete=models.PROTECT, related_name="batches", verbose_name=_("thing")
    )
    result = models.CharField(
        _("result"), max_length=9, choices=Result.choices, default=Result.OPEN
    )
    reason = models.CharField(_("why not"), max_length=200, blank=True)
    receipt_no = models.CharField(_("number of the police's receipt"), max_length=40, blank=True)
    police_id = models.CharField(_("LOST112 number"), max_length=17, blank=True)

    class Meta:
        verbose_name = _("thing of a batch")
        verbose_name_plural = _("things of a batch")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["batch", "item"], name="a_thing_once_per_batch"),
            models.UniqueConstraint(
                fields=["item"], condition=models.Q(result="open"), name="one_open_batch_per_thing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.item_id} {self.result}"
