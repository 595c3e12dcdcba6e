"""User accounts."""

from typing import Final

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from lostfound.models.place import Office

# Any of these permissions lets staff see all posts.
SEE_ALL_POSTS: Final = ("lostfound.view_post", "lostfound.change_post", "matching.change_match")


class User(AbstractUser):
    """A student or a member of staff."""

    language = models.CharField(
        _("language"), max_length=5, choices=settings.LANGUAGES, default="ko"
    )
    wants_email = models.BooleanField(_("e-mail about my posts"), default=True)
    # The texts that everybody is asked to agree to, as they were when this person did.
    agreed_to = models.CharField(max_length=60, blank=True, editable=False)
    office = models.ForeignKey(
        Office,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="staff",
        verbose_name=_("works at"),
        help_text=_(
            "This person can see, but not change, things kept at other offices. Leave empty for "
            "staff of all offices."
        ),
    )

    class Meta(AbstractUser.Meta):
        pass

    @property
    def sees_all_posts(self) -> bool:
        """Whether this person may read everybody's posts with their photographs.

        The staff flag alone is not enough: it only admits to the admin site.
        """
        return self.is_staff and any(map(self.has_perm, SEE_ALL_POSTS))
