"""How to reach somebody who reported a loss by telephone or at the counter, without an account."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lostfound.models.post import Post


class PostContact(models.Model):
    """The contact of a post that the office wrote for somebody. Only staff ever see it.

    Messages about the post go to this address instead of the member of staff who wrote it.
    """

    post = models.OneToOneField(Post, on_delete=models.CASCADE, related_name="contact")
    name = models.CharField(_("name"), max_length=80)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")

    def __str__(self) -> str:
        return self.name
