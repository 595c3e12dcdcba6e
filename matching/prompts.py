"""What the encoder is asked about each category: its names and synonyms in several wordings."""

import hashlib
import json
from dataclasses import dataclass
from typing import Final

from lostfound.models import Category

KOREAN: Final = ("{} 사진", "분실물 {}")
ENGLISH: Final = ("a photo of a {}",)


@dataclass(frozen=True)
class CategoryPrompts:
    """The texts of one leaf of the taxonomy; their vectors are averaged."""

    code: str
    family: str
    texts: tuple[str, ...]


def category_prompts() -> list[CategoryPrompts]:
    """Of every category that posts may name, in the order of their codes."""
    rows = Category.objects.filter(is_active=True).select_related("family").order_by("code")
    return [
        CategoryPrompts(
            code=row.code,
            family=row.family.code,
            texts=(
                *(form.format(name) for name in (row.name_ko, *row.synonyms_ko) for form in KOREAN),
                *(
                    form.format(name.lower())
                    for name in (row.name_en, *row.synonyms_en)
                    for form in ENGLISH
                ),
            ),
        )
        for row in rows
    ]


def prompts_hash(prompts: list[CategoryPrompts]) -> str:
    """Names the taxonomy as the encoder is asked about it."""
    content = [(one.code, one.family, one.texts) for one in prompts]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
