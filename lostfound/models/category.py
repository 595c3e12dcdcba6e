"""Kinds of things: families and their categories."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lostfound.models.coded import CodedModel


class Family(CodedModel):
    """A group of categories that people easily confuse."""

    class Meta(CodedModel.Meta):
        verbose_name = _("family")
        verbose_name_plural = _("families")


class Category(CodedModel):
    """A kind of thing, such as umbrella; posts refer to it."""

    class PhotoPolicy(models.TextChoices):
        NONE = "none", _("must not be photographed")
        MASKED = "masked", _("shown once all texts in them are covered")
        NORMAL = "normal", _("shown as they are")

    family = models.ForeignKey(
        Family, on_delete=models.PROTECT, related_name="categories", verbose_name=_("family")
    )
    synonyms_ko = models.JSONField(_("Korean synonyms"), default=list, blank=True)
    synonyms_en = models.JSONField(_("English synonyms"), default=list, blank=True)
    police_class = models.CharField(
        _("police class"), max_length=8, blank=True, help_text=_("LOST112 class, for example PRH.")
    )
    is_sensitive = models.BooleanField(
        _("sensitive"),
        default=False,
        help_text=_("Identity cards, bank cards, cash: photographs are never shown in public."),
    )
    # What nobody has thought about may be somebody's document.
    photo_policy = models.CharField(
        _("photographs"),
        max_length=6,
        choices=PhotoPolicy.choices,
        default=PhotoPolicy.MASKED,
        help_text=_("Documents with numbers must not be photographed; wallets may hold some."),
    )

    class Meta(CodedModel.Meta):
        verbose_name = _("category")
        verbose_name_plural = _("categories")
