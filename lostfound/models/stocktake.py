"""Counts of a shelf or an office: what was expected, seen and not seen."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lostfound.models.item import Item, StoragePlace
from lostfound.models.place import Office


class Stocktake(models.Model):
    """One count; without a place, of the whole office."""

    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("office")
    )
    place = models.ForeignKey(
        StoragePlace,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("storage place"),
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    expected = models.PositiveIntegerField(_("expected"), default=0)

    class Meta:
        verbose_name = _("stock-taking")
        verbose_name_plural = _("stock-takings")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.office} {self.place or ''} {self.started_at:%Y-%m-%d}"


class StocktakeScan(models.Model):
    """What a count says about one thing."""

    class Result(models.TextChoices):
        SEEN = "seen", _("in its place")
        SURPLUS = "surplus", _("belongs elsewhere")
        FOUND = "found", _("found again")
        UNSEEN = "unseen", _("not seen")
        MISSING = "missing", _("missing")

    stocktake = models.ForeignKey(
        Stocktake, on_delete=models.CASCADE, related_name="scans", verbose_name=_("stock-taking")
    )
    item = models.ForeignKey(
        Item, on_delete=models.PROTECT, related_name="scans", verbose_name=_("thing")
    )
    result = models.CharField(_("result"), max_length=7, choices=Result.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"), auto_now_add=True)
    # The end of the thing's chain by then: whether anything has happened to it since.
    head_seq = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("scan of a stock-taking")
        verbose_name_plural = _("scans of a stock-taking")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["stocktake", "item"], name="a_thing_once_per_count")
        ]

    def __str__(self) -> str:
        return f"{self.stocktake_id} {self.item_id} {self.result}"
