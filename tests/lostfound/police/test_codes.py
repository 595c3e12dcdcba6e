"""Classes, regions and colours of the police in ours."""

import pytest

from lostfound.data.campus_files import read_taxonomy
from lostfound.police.codes import (
    MAIN_CLASSES,
    REGIONS,
    categories_by_class,
    class_to_send,
    colour_of,
    police_class_of,
)


@pytest.mark.parametrize(
    ("ours", "sent"),
    [("PRN1", ("PRN000", "PRN100")), ("PRH", ("PRH000", "")), ("", ("", ""))],
)
def test_a_class_is_sent_as_the_service_reads_it(ours: str, sent: tuple[str, str]) -> None:
    assert class_to_send(ours) == sent


def test_only_whole_regions_are_known() -> None:
    assert len(REGIONS) == 20
    assert all(code.endswith("000") for code in REGIONS)


def test_every_class_of_the_taxonomy_has_a_main_class() -> None:
    for entry in read_taxonomy():
        if code := entry.values.get("police_class"):
            assert code[:3] in MAIN_CLASSES, entry.code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("지갑 > 남성용 지갑", "PRH"),
        ("전자기기 > 무선이어폰", "PRG9"),
        ("증명서 > 신분증", "PRN1"),
        ("기타물품 > 안경", "PRZ7"),
        ("무엇인가", ""),
        ("", ""),
    ],
)
def test_a_name_in_the_list_has_our_class(name: str, code: str) -> None:
    assert police_class_of(name) == code


@pytest.mark.parametrize(
    ("name", "colour"),
    [
        ("블랙(검정)", "black"),
        ("화이트(흰)", "white"),
        ("블루(파랑)", "blue"),
        ("기타", ""),
        ("", ""),
    ],
)
def test_colours_are_grouped_by_their_names(name: str, colour: str) -> None:
    assert colour_of(name) == colour


@pytest.mark.django_db
def test_a_category_is_named_where_the_class_means_just_one() -> None:
    categories = categories_by_class()
    assert categories["PRN1"].code == "id_card"
    assert categories["PRG9"].code == "earphones"
    assert "PRH" not in categories  # three kinds of wallets
