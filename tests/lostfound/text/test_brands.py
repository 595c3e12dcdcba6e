"""Brands that a text names."""

import pytest

from lostfound.text.brands import BRANDS, brand_in


@pytest.mark.parametrize(
    ("text", "brand"),
    [
        ("갤럭시 버즈를 잃어버렸어요", "samsung"),
        ("갤럭시워치 6", "samsung"),
        ("삼성에서 나온 노트북", "samsung"),
        ("Galaxy Buds lost near the gym", "samsung"),
        ("에어팟프로 왼쪽", "apple"),
        ("아이폰14 공기계", "apple"),
        ("ＡｉｒＰｏｄｓ", "apple"),
        ("엘지그램 16인치", "lg"),
        ("메탈LG 그램", "lg"),
        ("the north face 패딩", "northface"),
        ("New-Balance 운동화", "newbalance"),
        ("루이 비통 지갑", "louisvuitton"),
        ("몰스킨 수첩, 애플 스티커가 붙어 있음", "moleskine"),
        ("보스 헤드폰", "bose"),
        ("갈색 보스턴백", ""),
        ("라미네이트 된 학생증", ""),
        ("boston bag", ""),
        ("pineapple keyring", ""),
        ("검은색 지갑", ""),
        ("", ""),
    ],
)
def test_the_first_brand_counts_under_any_of_its_names(text: str, brand: str) -> None:
    assert brand_in(text) == brand


def test_every_name_of_the_table_is_found_and_means_one_brand() -> None:
    names = [name for names in BRANDS.values() for name in names]
    assert len(names) == len(set(names))
    for code, names_of in BRANDS.items():
        assert len(code) <= 16
        assert {brand_in(f"found: {name}") for name in names_of} == {code}
