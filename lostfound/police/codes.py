"""Codes of the police's open data: regions, classes of things, and colours by their names.

Source: section 6 of the design, measured on the live service in October 2026.
"""

import re
from typing import Final

from lostfound.models import Category, Colour
from lostfound.text.colours import colour_named

# Only whole regions filter; a code of a district, such as LCA001, always answers with nothing.
REGIONS: Final = {
    "LCA000": "서울",
    "LCE000": "기타",
    "LCF000": "해외",
    "LCG000": "전남광주통합",
    "LCH000": "강원",
    "LCI000": "경기",
    "LCJ000": "경남",
    "LCK000": "경북",
    "LCL000": "전남",
    "LCM000": "전북",
    "LCN000": "충남",
    "LCO000": "충북",
    "LCP000": "제주",
    "LCQ000": "광주",
    "LCR000": "대구",
    "LCS000": "대전",
    "LCT000": "부산",
    "LCU000": "울산",
    "LCV000": "인천",
    "LCW000": "세종",
}
# The list only has names, such as "지갑 > 남성용 지갑": what a main class is called, by its code.
MAIN_CLASSES: Final = {
    "PRA": ("가방",),
    "PRB": ("도서용품", "도서"),
    "PRC": ("서류",),
    "PRD": ("산업용품",),
    "PRE": ("스포츠용품", "스포츠"),
    "PRF": ("자동차",),
    "PRG": ("전자기기",),
    "PRH": ("지갑",),
    "PRI": ("컴퓨터",),
    "PRJ": ("휴대폰",),
    "PRK": ("의류",),
    "PRL": ("현금",),
    "PRM": ("유가증권",),
    "PRN": ("증명서",),
    "PRO": ("귀금속",),
    "PRP": ("카드",),
    "PRQ": ("쇼핑백",),
    "PRR": ("악기",),
    "PRX": ("유류품",),
    "PRZ": ("기타물품", "기타"),
}
# Words of sub-classes that stand for one of our categories.
SUB_CLASSES: Final = (
    ("PRG", "이어폰", "PRG9"),
    ("PRG", "태블릿", "PRG7"),
    ("PRG", "워치", "PRG8"),
    ("PRN", "신분증", "PRN1"),
    ("PRN", "면허증", "PRN2"),
    ("PRN", "여권", "PRN3"),
    ("PRO", "반지", "PRO1"),
    ("PRO", "목걸이", "PRO2"),
    ("PRO", "귀걸이", "PRO3"),
    ("PRO", "시계", "PRO4"),
    ("PRK", "모자", "PRK5"),
    ("PRK", "신발", "PRK6"),
    ("PRZ", "선글라스", "PRZ6"),
    ("PRZ", "안경", "PRZ7"),
)
WITH_DIGITS: Final = re.compile(r"PR[A-Z]\d")


def class_to_send(police_class: str) -> tuple[str, str]:
    """Codes of main class and sub-class as the service wants them; empty for none.

    The taxonomy writes PRH and PRN1, the service reads PRH000 and PRN100.
    """
    if not police_class:
        return "", ""
    sub = police_class.ljust(6, "0") if WITH_DIGITS.match(police_class) else ""
    return police_class[:3] + "000", sub


def police_class_of(class_name: str) -> str:
    """Our short code of a class that the list names, such as PRH; empty if it is unknown."""
    main, _, sub = (part.strip() for part in class_name.partition(">"))
    code = next((code for code, names in MAIN_CLASSES.items() if main in names), "")
    for of_main, word, short in SUB_CLASSES:
        if code == of_main and word in sub:
            return short
    return code


def categories_by_class() -> dict[str, Category]:
    """The category that a class of the police stands for, where there is just one."""
    found: dict[str, list[Category]] = {}
    for category in Category.objects.filter(is_active=True).exclude(police_class=""):
        found.setdefault(category.police_class, []).append(category)
    return {code: rows[0] for code, rows in found.items() if len(rows) == 1}


def colour_of(name: str) -> str:
    """Our colour of a name in the list. Of one name there are several codes, so none is used."""
    colour = colour_named(name)
    return str(colour) if isinstance(colour, Colour) else ""
