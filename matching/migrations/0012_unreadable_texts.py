"""Texts that the encoder cannot read have no vector; those stored so far are looked at again.

Vectors of texts in other scripts than Korean and Latin letters are deleted, and the prompts of the
profiles forgotten: the next sweep builds new ones, and queues all open posts, which embeds again
what is missing. A model that can read such a text computes the same vector as before.
"""

import unicodedata
from typing import Any

from django.db import migrations, models

AT_ONCE = 500
FAMILIAR = ("HANGUL", "LATIN", "FULLWIDTH LATIN")


def look_again(apps: Any, schema_editor: Any) -> None:
    alias = schema_editor.connection.alias
    texts = apps.get_model("matching", "Embedding").objects.using(alias).filter(modality="text")
    posts = texts.values_list("post", "post__title", "post__description").order_by("post")
    found = {pk for pk, *words in posts.iterator(AT_ONCE) if is_foreign(" ".join(words))}
    delete(texts, sorted(found))
    forget_prompts(apps, alias)


def look_again_without(apps: Any, schema_editor: Any) -> None:
    """The release before expects a vector in every row."""
    alias = schema_editor.connection.alias
    texts = apps.get_model("matching", "Embedding").objects.using(alias).filter(data=b"")
    delete(texts, sorted(set(texts.values_list("post", flat=True))))
    forget_prompts(apps, alias)


def is_foreign(text: str) -> bool:
    """Whether fewer than half of the letters are Korean or Latin."""
    letters = [letter for letter in text if letter.isalpha()]
    known = [letter for letter in letters if unicodedata.name(letter, "").startswith(FAMILIAR)]
    return 2 * len(known) < len(letters) or not letters


def delete(texts: Any, post_ids: list[int]) -> None:
    for start in range(0, len(post_ids), AT_ONCE):
        texts.filter(post__in=post_ids[start : start + AT_ONCE]).delete()


def forget_prompts(apps: Any, alias: str) -> None:
    profiles = apps.get_model("matching", "StoredProfile").objects.using(alias)
    profiles.filter(is_current=True).update(prompts_hash="")


class Migration(migrations.Migration):
    dependencies = [("matching", "0011_competition")]

    operations = [
        migrations.AddIndex(
            model_name="embedding",
            index=models.Index(
                condition=models.Q(("data", b"")), fields=["post"], name="unreadable_texts"
            ),
        ),
        migrations.RunPython(look_again, look_again_without),
    ]
