"""How long things are kept: rules in versions, which are never edited in place."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from lostfound.models.category import Category, Family
from lostfound.models.item import Item


class RetentionRule(models.Model):
    """One version of a rule. `services.clock` makes new versions; things keep their numbers."""

    class OnExpiry(models.TextChoices):
        POLICE = "police", _("to the police")
        ISSUER = "issuer", _("to whoever issued it")
        DESTROY = "destroy", _("destroyed")

    key = models.SlugField(_("rule"), max_length=40)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    is_current = models.BooleanField(_("in force"), default=True, editable=False)
    family = models.ForeignKey(
        Family,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("family"),
    )
    category = models.ForeignKey(
        Category,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
    )
    value_band = models.CharField(
        _("value"), max_length=5, choices=Item.ValueBand.choices, blank=True
    )
    for_names = models.BooleanField(_("for things with a name inside"), default=False)
    police_due_days = models.PositiveSmallIntegerField(
        _("days until the police are due"), help_text=_("The day of the find is not counted.")
    )
    keep_days = models.PositiveSmallIntegerField(_("days of keeping"))
    notice_days = models.PositiveSmallIntegerField(
        _("days of notice"), help_text=_("Before the end of keeping.")
    )
    on_expiry = models.CharField(
        _("afterwards"), max_length=8, choices=OnExpiry.choices, default=OnExpiry.POLICE
    )
    source = models.TextField(_("source"), help_text=_("Where each number comes from."))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("who"),
    )
    made_at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("rule of keeping")
        verbose_name_plural = _("rules of keeping")
        ordering = ("key", "-version")
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="one_rule_per_version"),
            models.UniqueConstraint(
                fields=["key"],
                condition=models.Q(is_current=True),
                name="one_version_of_a_rule_in_force",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"

    def clean(self) -> None:
        """Refuse a rule that would let unclassified things be destroyed."""
        if self.on_expiry == self.OnExpiry.DESTROY and self.category is None:
            message = _("Only things of one category can be marked for destruction.")
            raise ValidationError({"on_expiry": message})
