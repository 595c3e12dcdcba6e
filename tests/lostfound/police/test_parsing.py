"""Answers of the police's service, as they are and as they should not be."""

import pytest

from lostfound.police.errors import (
    AnswerUnreadable,
    KeyRefused,
    PoliceError,
    QuotaSpent,
    RequestRefused,
)
from lostfound.police.parsing import read_codes, read_page
from tests.support.police_server import gateway, listed, thing, wrapped

DTD = b'<!DOCTYPE response [<!ENTITY a "aaaa">]><response>&a;</response>'


@pytest.mark.parametrize(
    "body",
    [
        "<items/>",
        "<items><item/></items>",
        "<items></items><totalCount>0</totalCount>",
        "",
    ],
)
def test_all_shapes_of_an_empty_list_are_empty(body: str) -> None:
    page = read_page(wrapped(body))
    assert (page.items, page.total) == ((), 0)


def test_no_data_is_no_error() -> None:
    assert read_page(wrapped("", code="03", message="NODATA_ERROR")).items == ()


def test_a_list_is_read() -> None:
    page = read_page(listed([thing(1), thing(2)], 7, 1))
    assert page.total == 7
    assert [item["atcId"][-1] for item in page.items] == ["1", "2"]
    assert page.items[0]["prdtClNm"] == "전자기기 > 무선이어폰"


def test_a_value_that_is_escaped_twice_is_read() -> None:
    body = "<items><item><prdtClNm>지갑 &amp;gt; 남성용 지갑</prdtClNm></item></items>"
    assert read_page(wrapped(body)).items[0]["prdtClNm"] == "지갑 > 남성용 지갑"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (gateway("04", "HTTP_ERROR"), RequestRefused),
        (gateway("30", "SERVICE_KEY_IS_NOT_REGISTERED_ERROR"), KeyRefused),
        (gateway("20", "SERVICE_ACCESS_DENIED_ERROR"), KeyRefused),
        (gateway("22", "LIMITED_NUMBER_OF_SERVICE_REQUESTS_EXCEEDS_ERROR"), QuotaSpent),
        (wrapped("", code="22", message="LIMITED_NUMBER_OF_SERVICE_REQUESTS"), QuotaSpent),
        (wrapped("", code="99", message="UNKNOWN ERROR"), RequestRefused),
        (wrapped("", code="01", message="APPLICATION ERROR"), AnswerUnreadable),
        (wrapped("", code=""), AnswerUnreadable),
        (b"<html><body>504 Gateway Time-out</body></html>", AnswerUnreadable),
        (listed([thing(1)], 1, 1)[:200], AnswerUnreadable),
        (DTD, AnswerUnreadable),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>', AnswerUnreadable),
        (b"", AnswerUnreadable),
        (b"\xff\xfe\x00", AnswerUnreadable),
        (b'<?xml version="1.0" encoding="nonsense"?><response/>', AnswerUnreadable),
    ],
)
def test_every_other_answer_is_the_error_that_it_is(data: bytes, error: type[PoliceError]) -> None:
    with pytest.raises(error) as caught:
        read_page(data)
    assert type(caught.value) is error


def test_a_message_carries_nothing_of_the_request_along() -> None:
    message = "HTTP_ERROR https://apis.data.go.kr/?serviceKey=decoded%2Bkey"
    with pytest.raises(RequestRefused) as caught:
        read_page(gateway("04", message))
    assert "decoded" not in str(caught.value) and "%" not in str(caught.value)


@pytest.mark.parametrize(("code", "name"), [("commCd", "cdNm"), ("cdNm", "commCd")])
def test_codes_are_told_from_names_whichever_column_holds_them(code: str, name: str) -> None:
    rows = f"<item><{code}>CL1002</{code}><{name}>블랙(검정)</{name}></item>"
    assert read_codes(wrapped(f"<items>{rows}</items>")) == {"CL1002": "블랙(검정)"}
