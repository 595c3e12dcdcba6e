"""Hand-overs: who received a thing, and the receipt. Never a number of an identity document."""

from typing import Final

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lostfound.models.claim import OwnershipClaim
from lostfound.models.item import Item

MAX_SIGNATURE_BYTES: Final = 50 * 1024


class Handover(models.Model):
    """One hand-over. A mistake is taken back and handed over anew, never edited."""

    class IdKind(models.TextChoices):
        STUDENT = "student", _("student card")
        RESIDENT = "resident", _("resident card")
        LICENCE = "licence", _("driving licence")
        PASSPORT = "passport", _("passport")
        FOREIGNER = "foreigner", _("residence card")
        OTHER = "other", _("other")

    item = models.ForeignKey(
        Item, on_delete=models.PROTECT, related_name="handovers", verbose_name=_("thing")
    )
    claim = models.ForeignKey(
        OwnershipClaim, on_delete=models.PROTECT, null=True, blank=True, related_name="handovers"
    )
    receiver_name = models.CharField(_("received by"), max_length=80)
    id_kind = models.CharField(_("identity shown"), max_length=10, choices=IdKind.choices)
    is_proxy = models.BooleanField(_("on behalf of the owner"), default=False)
    proxy_of = models.CharField(_("owner"), max_length=80, blank=True)
    described = models.TextField(_("described as"), blank=True)  # of a walk-in, before it was shown
    text_version = models.CharField(max_length=12)
    text = models.TextField(_("text"))
    signature = models.BinaryField(max_length=MAX_SIGNATURE_BYTES, null=True, blank=True)
    typed_ack = models.CharField(_("typed acknowledgement"), max_length=80, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("handed over by"),
    )
    second_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("together with"),
    )
    # The first of several things that one signature is for; empty for that one itself.
    together_with = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="others",
        verbose_name=_("signed together with"),
    )
    at = models.DateTimeField(_("when"), auto_now_add=True)
    reversed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("taken back by"),
    )
    reversed_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    reversed_why = models.CharField(_("why"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        ordering = ("-at", "-pk")
        permissions = [("reverse_handover", "Can take a hand-over back")]
        constraints = [
            models.UniqueConstraint(
                fields=["item"],
                condition=models.Q(reversed_at=None),
                name="one_hand_over_that_stands",
            )
        ]

    def __str__(self) -> str:
        return self.receipt_no

    @property
    def signed_together(self) -> "list[Handover]":
        """The other hand-overs that the same signature is for."""
        first = self.together_with_id or self.pk
        rows = Handover.objects.filter(models.Q(pk=first) | models.Q(together_with=first))
        rows = rows.exclude(pk=self.pk).select_related("item__post__category")
        return list(rows.order_by("pk"))

    @property
    def receipt_no(self) -> str:
        """The number of the receipt, such as R-2026-000123."""
        return f"R-{timezone.localdate(self.at).year}-{self.pk:06d}"
