"""What kinds of things there are: families of leaf categories."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lostfound.models.coded import CodedModel


class Family(CodedModel):
    """A group of categories that people confuse with each other."""

    class Meta(CodedModel.Meta):
        verbose_name = _("family")
        verbose_name_plural = _("families")


class Category(CodedModel):
    """A leaf that a post may name."""

    family = models.ForeignKey(
        Family, on_delete=models.PROTECT, related_name="categories", verbose_name=_("family")
    )
    synonyms_ko = models.JSONField(_("Korean synonyms"), default=list, blank=True)
    synonyms_en = models.JSONField(_("English synonyms"), default=list, blank=True)
    police_class = models.CharField(
        _("police class"), max_length=8, blank=True, help_text=_("Class of LOST112, such as PRH.")
    )
    is_sensitive = models.BooleanField(
        _("sensitive"),
        default=False,
        help_text=_("Identity cards, bank cards, cash: no photograph is shown in public."),
    )

    class Meta(CodedModel.Meta):
        verbose_name = _("category")
        verbose_name_plural = _("categories")
