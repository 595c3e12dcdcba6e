"""Each line of the hidden facts of a post with a thing becomes a fact of the thing, and back.

A fact that came from a line answers no particular question (prompt "other") and weighs 1. Going
back, questions, weights and kinds are lost.
"""

from django.db import migrations


def make_facts(apps, schema_editor):
    using = schema_editor.connection.alias
    Post, Item, Fact = (
        apps.get_model("lostfound", name) for name in ("Post", "Item", "ControlFact")
    )
    things = Item.objects.using(using).exclude(post=None).exclude(post__facts_without_item="")
    rows = things.order_by("pk").values_list("pk", "post", "post__facts_without_item")
    for item_id, post_id, text in list(rows):
        lines = [line for line in map(str.strip, text.splitlines()) if line]
        Fact.objects.using(using).bulk_create(
            [Fact(item_id=item_id, answer=line) for line in lines]
        )
        Post.objects.using(using).filter(pk=post_id).update(facts_without_item="")


def write_lines(apps, schema_editor):
    using = schema_editor.connection.alias
    Post, Fact = (apps.get_model("lostfound", name) for name in ("Post", "ControlFact"))
    lines: dict[int, list[str]] = {}
    rows = Fact.objects.using(using).exclude(item__post=None).order_by("pk")
    for post_id, answer in rows.values_list("item__post", "answer"):
        lines.setdefault(post_id, []).append(answer)
    for post_id, answers in lines.items():
        Post.objects.using(using).filter(pk=post_id).update(facts_without_item="\n".join(answers))


class Migration(migrations.Migration):
    dependencies = [("lostfound", "0015_control_facts")]

    operations = [migrations.RunPython(make_facts, write_lines)]
