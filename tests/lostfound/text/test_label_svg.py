"""A label as a picture: its code can be read, and its text stays on it."""

import re
from datetime import date
from xml.etree import ElementTree

import pytest
import zxingcpp
from PIL import Image

from lostfound.models.item_codes import new_code
from lostfound.text.label_svg import label_svg
from lostfound.text.labels import Label
from tests.support.api_client import Device
from tests.support.claims import make_wallet
from tests.support.items import make_clerk

SVG = "{http://www.w3.org/2000/svg}"
SCALE_PX = 6


def read_code(svg: str) -> str:
    """What a scanner reads from the modules of the picture."""
    path = ElementTree.fromstring(svg).find(f"{SVG}path")
    assert path is not None
    modules = [(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", path.attrib["d"])]
    edge = max(max(pair) for pair in modules) + 5
    image = Image.new("L", (edge, edge), 255)
    for at in modules:
        image.putpixel(at, 0)
    found = zxingcpp.read_barcode(image.resize((edge * SCALE_PX,) * 2, Image.Resampling.NEAREST))
    return found.text if found else ""


def texts(svg: str) -> list[str]:
    return [str(one.text) for one in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("size", [(62, 29), (29, 90), (54, 17), (210, 210), (10, 10)])
def test_it_has_its_size_and_a_code_that_can_be_read(size: tuple[int, int]) -> None:
    label = Label(new_code(), "지갑", date(2026, 11, 20), "학생회관 분실물센터", "A-12")
    svg = label_svg(label, *size)
    root = ElementTree.fromstring(svg)
    assert (root.attrib["width"], root.attrib["height"]) == (f"{size[0]}mm", f"{size[1]}mm")
    assert read_code(svg) == label.url and "style=" not in svg
    for one in root.iter(f"{SVG}text"):
        assert float(one.attrib["y"]) <= size[1] and float(one.attrib["x"]) < size[0]


def test_long_texts_are_cut_and_markup_is_text() -> None:
    label = Label(
        new_code(), "<b>&" * 3, None, "아주 긴 이름의 분실물 보관 센터 이름입니다", "A-12"
    )
    found = texts(label_svg(label, 62, 29))
    assert found[0] == label.shown_code and found[1] == "<b>&" * 3
    assert found[2].endswith("…") and len(found[2]) < len(label.office) and found[3] == "A-12"


@pytest.mark.django_db
def test_over_the_api() -> None:
    item = make_wallet()
    counter = Device(make_clerk(item.office))
    path = f"office/items/{item.code}/label.svg"
    for accept in ("*/*", "image/svg+xml", "application/json", "text/html"):
        answer = counter.send("get", path, Accept=accept)
        assert answer.status_code == 200 and answer["Content-Type"] == "image/svg+xml", accept
        svg = answer.content.decode()
        assert read_code(svg).endswith(f"/T/{item.code}") and "A-12" in texts(svg)
        assert "검은" not in svg and "푸른" not in svg
    sized = counter.get(path, size="29x90").content.decode()
    assert 'width="29mm"' in sized
    for size in ("9x9", "big", "62x290"):
        refused = counter.get(path, size=size)
        assert refused.status_code == 400 and refused["Content-Type"] == "application/problem+json"
    wrong = f"office/items/{item.code[:-1]}{'0' if item.code[-1] != '0' else '1'}/label.svg"
    assert counter.get(wrong).status_code == 400
