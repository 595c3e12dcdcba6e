"""Things of the posts that exist, with their shelves; and who may handle things.

A found post with a shelf, or one that a member of staff entered for an office, is about a thing
that the office has. One that a student announced at an office is expected there.
"""

from django.db import migrations
from django.db.models import Q
from django.utils import timezone

from lostfound.migrations._permissions import new_permissions
from lostfound.services.items.custody import event_hash

STAFF = (
    *("handle_item", "judge_claim", "hand_over", "view_item", "view_storageplace"),
    *("add_storageplace", "change_storageplace", "view_custodyevent"),
)
HEAD = ("dispose_item", "police_batch", "view_personal", "audit", "view_seal")
AUDIT = ("audit", "view_custodyevent", "view_seal", "view_item", "view_accesslog")
GROUPS = {
    "분실물센터 직원": STAFF,
    "분실물센터 책임자": (*STAFF, *HEAD),
    "분실물센터 감사": AUDIT,
}
CODENAMES = {*STAFF, *HEAD, *AUDIT} - {"view_accesslog"}


def make_items(apps, schema_editor):
    using = schema_editor.connection.alias
    Post, Item, Place, Event = (
        apps.get_model("lostfound", name) for name in ("Post", "Item", "StoragePlace", "CustodyEvent")
    )
    posts = Post.objects.using(using).filter(kind="found")
    posts = posts.filter(~Q(shelf="") | Q(office__isnull=False)).select_related("author")
    for post in posts.order_by("pk").iterator(chunk_size=500):
        is_held = bool(post.shelf) or post.author.is_staff
        if not is_held and post.status in ("closed", "returned"):
            continue
        item = Item.objects.using(using).create(
            post=post, office=post.office, found_on=post.happened_on
        )
        if not is_held:
            continue
        place = None
        if post.shelf:
            place, _new = Place.objects.using(using).get_or_create(
                office=post.office, code=post.shelf
            )
        state = "handed_over" if post.status == "returned" else "held"
        event = Event(
            item=item,
            seq=1,
            at=timezone.now(),
            office=post.office,
            kind="carried_over",
            to_state=state,
            to_place=place,
            ref=f"LF-{post.pk}",
            detail_digest=b"",
            prev_hash=bytes(32),
        )
        event.hash = event_hash(event, item.code)
        event.save(using=using)
        Item.objects.using(using).filter(pk=item.pk).update(
            state=state,
            place=place,
            received_at=post.created_at,
            head_seq=1,
            head_hash=event.hash,
        )


def write_shelves(apps, schema_editor):
    """Put the shelves of things back on their posts; what else a thing has is lost."""
    using = schema_editor.connection.alias
    Post, Item = (apps.get_model("lostfound", name) for name in ("Post", "Item"))
    kept = Item.objects.using(using).exclude(place=None).exclude(post=None)
    for post_id, shelf in kept.values_list("post", "place__code"):
        Post.objects.using(using).filter(pk=post_id).update(shelf=shelf)


def allow(apps, schema_editor):
    groups = apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias)
    rows = new_permissions(apps, schema_editor)
    for name, codenames in GROUPS.items():
        group, _new = groups.get_or_create(name=name)
        group.permissions.add(*rows.filter(codename__in=codenames))


def disallow(apps, schema_editor):
    using = schema_editor.connection.alias
    apps.get_model("auth", "Group").objects.using(using).filter(name="분실물센터 감사").delete()
    apps.get_model("auth", "Permission").objects.using(using).filter(
        content_type__app_label="lostfound", codename__in=CODENAMES
    ).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("lostfound", "0009_items"),
    ]

    operations = [
        migrations.RunPython(make_items, write_shelves),
        migrations.RunPython(allow, disallow),
    ]
