"""The one receiver of the project: a saved post or photograph asks for its matching."""

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from lostfound.models import Photo, Post
from matching.services.outbox import request_matching


@receiver(post_save, sender=Post, dispatch_uid="matching.post_saved")
@receiver(post_save, sender=Photo, dispatch_uid="matching.photo_saved")
@receiver(post_delete, sender=Photo, dispatch_uid="matching.photo_deleted")
def post_or_photo_changed(
    sender: type[Post | Photo], instance: Post | Photo, raw: bool = False, **kwargs: Any
) -> None:
    """Write the outbox row within the transaction that changes the post; fixtures are skipped."""
    if raw:
        return
    if isinstance(instance, Post):
        request_matching(instance)
        return
    # Where a post is deleted its photographs go first; a new row for it would outlive it.
    origin = kwargs.get("origin", instance)
    if getattr(origin, "model", type(origin)) is not Photo:
        return
    post = Post.objects.filter(pk=instance.post_id).first()
    if post is not None:
        request_matching(post)
