"""The columns of a CSV file of posts, and the headings that people use for them."""

import unicodedata
from dataclasses import dataclass
from typing import Final

from lostfound.models.coded import CodedModel


@dataclass(frozen=True)
class Column:
    """A column: its name in code, its heading in both languages, and other accepted headings.

    Attributes:
        is_fact: used to validate the row, but not saved.
    """

    name: str
    korean: str
    english: str
    also: tuple[str, ...] = ()
    is_fact: bool = False

    @property
    def heading(self) -> str:
        """The heading in the reader's language."""
        return CodedModel.in_language(self.korean, self.english)

    @property
    def headings(self) -> tuple[str, ...]:
        """Every accepted heading, the one in the reader's language first."""
        return tuple(
            dict.fromkeys((self.heading, self.korean, self.english, self.name, *self.also))
        )


# In the order of an exported file. An import accepts both languages, whoever imports it.
COLUMNS: Final = (
    Column("number", "번호", "number", is_fact=True),
    Column("code", "관리번호", "code", is_fact=True),
    Column("kind", "분실·습득", "lost or found", ("분실/습득", "습득구분"), is_fact=True),
    Column("status", "상태", "status", ("처리상태",), is_fact=True),
    Column("title", "제목", "title", ("물건", "물건명", "물품명", "습득물명", "습득물")),
    Column("description", "설명", "description", ("특징", "내용")),
    Column("category", "분류", "category", ("종류",)),
    Column("colour", "색", "colour", ("color", "색상", "색깔")),
    Column("building", "장소", "place", ("습득장소", "건물")),
    Column("place_note", "자세한 장소", "where exactly", ("상세장소", "정확한 위치")),
    Column("happened_on", "날짜", "day", ("date", "습득일", "습득일자", "발견일")),
    Column("happened_until", "늦어도 이날까지", "last possible day", is_fact=True),
    Column("office", "보관 장소", "kept at", ("보관처",)),
    Column("kept_note", "보관 메모", "where it is kept"),
    Column("shelf", "선반", "shelf", ("box", "보관함", "선반·보관함", "shelf or box")),
    Column("hidden_facts", "숨긴 특징", "hidden facts", ("숨길 특징", "비공개 특징")),
    Column("created_at", "올린 때", "posted", ("등록일시",), is_fact=True),
)
BY_NAME: Final = {column.name: column for column in COLUMNS}
# The columns that an import reads.
SAVED: Final = tuple(column for column in COLUMNS if not column.is_fact)
REQUIRED: Final = ("title",)


def column_called(heading: str) -> Column | None:
    """The column that a heading means, regardless of case and spaces."""
    return _CALLED.get(plain(heading))


def plain(text: str) -> str:
    """A name in the form used for comparison: composed, in lower case, without spaces."""
    return "".join(unicodedata.normalize("NFC", text).casefold().replace("_", "").split())


_CALLED: Final = {
    plain(heading): column
    for column in COLUMNS
    for heading in (column.korean, column.english, column.name, *column.also)
}
