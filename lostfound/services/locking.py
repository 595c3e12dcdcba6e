"""One post while it is changed: locked, looked at once more, and not another office's."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from lostfound.models import Post, User


def lock_post(post: Post) -> Post:
    """The post as it is now, until the transaction ends.

    Raises: Post.DoesNotExist
    """
    return Post.objects.select_for_update().get(pk=post.pk)


def refuse_another_office(post: Post, actor: User | None) -> None:
    """What lies on an office's shelf is changed by those who stand before it.

    Raises:
        PermissionDenied: the thing is kept at another office than the actor's.
    """
    if actor is not None and post.is_kept_elsewhere_for(actor):
        raise PermissionDenied(
            _("This thing is kept at another office (%(office)s), which alone can change it.")
            % {"office": post.office}
        )
