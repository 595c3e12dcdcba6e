"""The access log: which staff member read whose data, and when."""

from typing import Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lostfound.models.append_only import AppendOnly

MAX_REASON_CHARS: Final = 200


class AccessLog(AppendOnly):
    """One access of a staff member to posts or people. It outlives what was accessed."""

    class What(models.TextChoices):
        POST = "post", _("a post")
        ITEM = "item", _("a thing without its facts")
        PAIR = "pair", _("two posts side by side")
        LIST = "list", _("a list")
        EXPORT = "export", _("a file of posts")
        PERSON = "person", _("a person")

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("who"),
    )
    what = models.CharField(_("what"), max_length=10, choices=What.choices)
    # Numbers of posts (LF-120) and keys of people, never their data: that must be deletable.
    subjects = models.JSONField(_("numbers"), default=list, blank=True)
    count = models.PositiveIntegerField(_("how many"), default=1)
    # Both are asked for by the safety standard for personal data.
    address = models.GenericIPAddressField(_("from address"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=MAX_REASON_CHARS, blank=True)
    at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("access to personal data")
        verbose_name_plural = _("access log")
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return f"{self.actor} → {self.get_what_display()}"
