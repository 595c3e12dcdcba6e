"""What people agree to: the privacy notice and the terms, in versions, and who agreed when."""

from typing import Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lostfound.models.append_only import AppendOnly
from lostfound.models.coded import CodedModel


class LegalTextQuerySet(models.QuerySet["LegalText"]):
    """Filters for texts."""

    def published(self) -> Self:
        """In force, or replaced by a newer version."""
        return self.exclude(published_at=None)


class LegalText(models.Model):
    """One version of a text. It can be edited until it is published, and never afterwards."""

    class Kind(models.TextChoices):
        PRIVACY = "privacy", _("Privacy notice")
        TERMS = "terms", _("Terms of use")

    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices)
    # Empty while it is a draft.
    version = models.PositiveIntegerField(_("version"), null=True, blank=True, editable=False)
    body_ko = models.TextField(_("text in Korean"))
    body_en = models.TextField(_("text in English"))
    needs_consent = models.BooleanField(
        _("ask everybody"),
        default=True,
        help_text=_("Off for a correction that changes no meaning: nobody is asked again."),
    )
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)

    objects = LegalTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("privacy notice or terms")
        verbose_name_plural = _("privacy notice and terms")
        ordering = ("kind", models.F("version").desc(nulls_first=True), "-pk")
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="one_text_per_version")
        ]

    def __str__(self) -> str:
        version = _("draft") if self.version is None else self.version
        return f"{self.get_kind_display()} {version}"

    def get_absolute_url(self) -> str:
        """The public page of this text's kind."""
        return reverse(f"lostfound:{self.kind}")

    @property
    def body(self) -> str:
        """The text in the reader's language."""
        return CodedModel.in_language(self.body_ko, self.body_en)


class Consent(AppendOnly):
    """That a person agreed to a version. It goes with their account."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="consents",
        verbose_name=_("who"),
    )
    text = models.ForeignKey(
        LegalText, on_delete=models.PROTECT, related_name="consents", verbose_name=_("text")
    )
    at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ("-at", "-id")
        constraints = [models.UniqueConstraint(fields=["user", "text"], name="agreed_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.text}"
