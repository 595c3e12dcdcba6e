"""The people who sign in."""

from typing import Final

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from lostfound.models.place import Office

# Who looks posts up, and who judges pairs of them.
SEE_ALL_POSTS: Final = ("lostfound.view_post", "lostfound.change_post", "matching.change_match")


class User(AbstractUser):
    """A student or a member of staff."""

    language = models.CharField(
        _("language"), max_length=5, choices=settings.LANGUAGES, default="ko"
    )
    wants_email = models.BooleanField(_("e-mail about my posts"), default=True)
    office = models.ForeignKey(
        Office,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="staff",
        verbose_name=_("works at"),
        help_text=_(
            "Of things that are kept at another office this person sees everything and changes "
            "nothing. Empty: works for all offices."
        ),
    )

    class Meta(AbstractUser.Meta):
        pass

    @property
    def sees_all_posts(self) -> bool:
        """Whether everybody's posts are open to this person, with photographs and words.

        The flag alone opens only the door of the admin.
        """
        return self.is_staff and any(map(self.has_perm, SEE_ALL_POSTS))
