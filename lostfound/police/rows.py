"""One row of the police's list as we keep it: checked, cleaned and masked."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from lostfound.models import Category, PoliceFound
from lostfound.police.codes import colour_of, police_class_of
from lostfound.services.post_fields import clean_text

NUMBER: Final = re.compile(r"[A-Z]\d{16}")
IMAGE_HOST: Final = "minwon24.police.go.kr"
IMAGE_PATH: Final = re.compile(
    r"/lost112/find/getOpenapiAttachFileImage/[LF]\d{16}/n/[A-Z]\d{16}/n\.do"
)
MAX_PART: Final = 1_000_000
# Our field, the service's name, and how many characters are kept.
TEXTS: Final = (
    ("title", "fdSbjt", 200),
    ("name", "fdPrdtNm", 100),
    ("class_name", "prdtClNm", 80),
    ("colour_name", "clrNm", 40),
    ("station", "depPlace", 100),
)
DETAILS: Final = (
    ("organisation", "orgNm", 100),
    ("telephone", "tel", 40),
    ("place_kind", "fdPlace", 100),
    ("status_name", "csteSteNm", 40),
)
RETURNED_WORDS: Final = ("반환", "인계완료", "수령", "종결")  # of a status: it is no longer kept


def row_of(
    item: Mapping[str, str], service: str, region: str, categories: Mapping[str, Category]
) -> PoliceFound | None:
    """The row that an item of the list becomes, unsaved; None if it cannot be one."""
    number, found_on = item.get("atcId", ""), _day(item.get("fdYmd", ""))
    part = item.get("fdSn", "1")
    if not NUMBER.fullmatch(number) or found_on is None:
        return None
    if not part.isdecimal() or len(part) > 7 or int(part) > MAX_PART:
        return None
    try:
        texts = {field: text_of(item, name, most) for field, name, most in TEXTS}
    except ValidationError:
        return None
    texts["title"] = texts["title"] or texts["name"] or number
    police_class = police_class_of(texts["class_name"])
    category = categories.get(police_class)
    is_private = police_class[:3] in ("PRN", "PRP") or bool(category and category.is_sensitive)
    row = PoliceFound(
        service=service,
        atc_id=number,
        fd_sn=int(part),
        found_on=found_on,
        region=region,
        police_class=police_class,
        category=category,
        colour=colour_of(texts["colour_name"]),
        image_url="" if is_private else _image_url(item.get("fdFilePathImg", "")),
        **texts,
    )
    row.content_hash = hash_of(row)
    return row


def detail_of(item: Mapping[str, str]) -> dict[str, str]:
    """The fields that a detail adds to a row.

    Raises:
        ValidationError: a text cannot be saved.
    """
    return {field: text_of(item, name, most) for field, name, most in DETAILS}


def is_returned(status_name: str) -> bool:
    """Whether the status of a detail says that the thing is gone."""
    return any(word in status_name for word in RETURNED_WORDS)


def text_of(item: Mapping[str, str], name: str, most: int) -> str:
    """A text on one line, with numbers of people masked.

    Raises:
        ValidationError: it cannot be saved.
    """
    return clean_text(item.get(name, ""), is_one_line=True)[:most]


def hash_of(row: PoliceFound) -> str:
    """A hash of everything that comes from the list."""
    names = [field for field, _, _ in TEXTS]
    values: list[Any] = [getattr(row, name) for name in names]
    values += [row.found_on.isoformat(), row.region, row.image_url, row.police_class, row.colour]
    values.append(row.category_id)
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()


def _day(text: str) -> date | None:
    for form in ("%Y-%m-%d", "%Y%m%d"):
        try:
            return datetime.strptime(text.strip()[:10], form).date()
        except ValueError:
            continue
    return None


def _image_url(text: str) -> str:
    url = urlsplit(text)
    is_ours = url.scheme == "https" and url.netloc == IMAGE_HOST and not (url.query or url.fragment)
    return text if is_ours and IMAGE_PATH.fullmatch(url.path) else ""
