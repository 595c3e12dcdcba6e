"""The people who sign in."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A student or a member of staff."""

    language = models.CharField(
        _("language"), max_length=5, choices=settings.LANGUAGES, default="ko"
    )
    wants_email = models.BooleanField(_("e-mail about my posts"), default=True)

    class Meta(AbstractUser.Meta):
        pass
