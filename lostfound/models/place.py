"""Where things are lost, found and kept: buildings within zones, and offices."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lostfound.models.coded import CodedModel


class Zone(CodedModel):
    """Neighbouring buildings."""

    class Meta(CodedModel.Meta):
        verbose_name = _("zone")
        verbose_name_plural = _("zones")


class Building(CodedModel):
    """A building or an open space on campus."""

    zone = models.ForeignKey(
        Zone, on_delete=models.PROTECT, related_name="buildings", verbose_name=_("zone")
    )
    synonyms_ko = models.JSONField(_("Korean synonyms"), default=list, blank=True)
    synonyms_en = models.JSONField(_("English synonyms"), default=list, blank=True)

    class Meta(CodedModel.Meta):
        verbose_name = _("building")
        verbose_name_plural = _("buildings")


class Office(CodedModel):
    """An office that keeps found things."""

    building = models.ForeignKey(
        Building, on_delete=models.PROTECT, related_name="offices", verbose_name=_("building")
    )
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    hours_ko = models.CharField(_("opening hours in Korean"), max_length=120, blank=True)
    hours_en = models.CharField(_("opening hours in English"), max_length=120, blank=True)

    class Meta(CodedModel.Meta):
        verbose_name = _("office")
        verbose_name_plural = _("offices")

    @property
    def hours(self) -> str:
        """The opening hours in the reader's language."""
        return self.in_language(self.hours_ko, self.hours_en)
