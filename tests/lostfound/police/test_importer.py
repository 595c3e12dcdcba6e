"""What is kept of the police's lists, whatever their service answers."""

import logging
from collections.abc import Iterator
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from lostfound import hooks
from lostfound.media import masking
from lostfound.models import PoliceFetch, PoliceFound, PolicePhoto
from lostfound.police import images, importer
from lostfound.police.client import INSTITUTION, POLICE, PoliceClient
from lostfound.police.details import read_details
from lostfound.police.errors import AnswerUnreadable, RequestRefused
from lostfound.police.importer import FetchRefused, fetch_police
from tests.support.builders import upload
from tests.support.police_server import (
    IMAGE_HOST,
    IMAGE_PATH,
    KEY,
    Fault,
    PoliceServer,
    always,
    gateway,
    listed,
    once,
    police_server,
    slow,
    thing,
    wrapped,
)

pytestmark = pytest.mark.django_db

PAGE_ROWS = 20
ROWS = 45  # on three pages


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "PAGE_ROWS", PAGE_ROWS)


@pytest.fixture
def server() -> Iterator[PoliceServer]:
    with police_server() as running:
        running.rows = {"F": [thing(n) for n in range(ROWS)], "V": [thing(7, "V")]}
        yield running


@pytest.fixture
def client(server: PoliceServer) -> PoliceClient:
    return PoliceClient(server.url, KEY, timeout_s=0.6, backoff_s=0.01)


def everything() -> list[dict[str, Any]]:
    return [dict(row) for row in PoliceFound.objects.order_by("pk").values()]


def test_both_lists_are_read_page_by_page(client: PoliceClient, server: PoliceServer) -> None:
    police, institution = fetch_police(client)
    assert (police.state, police.pages, police.rows, police.added) == ("complete", 3, 45, 45)
    assert (institution.state, institution.added) == ("complete", 1)
    row = PoliceFound.objects.get(service=POLICE, atc_id=thing(0)["atcId"])
    assert (row.police_class, row.colour, row.station) == ("PRH", "black", "관악경찰서")
    assert row.found_on == timezone.localdate()
    asked = [query for _, query in server.asked]
    assert {query["N_FD_LCT_CD"] for query in asked} == {"LCA000"}
    first = timezone.localdate() - timedelta(days=33)
    assert asked[0]["START_YMD"] == f"{first:%Y%m%d}"


def test_the_same_run_twice_changes_nothing(client: PoliceClient) -> None:
    fetch_police(client)
    before = everything()
    runs = fetch_police(client)
    assert [(run.added, run.changed, run.expired) for run in runs] == [(0, 0, 0)] * 2
    after = everything()
    for row in (*before, *after):
        del row["seen_in_id"]
    assert before == after


def test_what_changes_is_updated_and_what_goes_expires(
    client: PoliceClient, server: PoliceServer
) -> None:
    fetch_police(client)
    server.rows["F"][0]["clrNm"] = "레드(빨강)"
    gone = server.rows["F"].pop()
    run = fetch_police(client)[0]
    assert (run.added, run.changed, run.expired) == (0, 1, 1)
    assert PoliceFound.objects.get(atc_id=thing(0)["atcId"]).colour == "red"
    assert PoliceFound.objects.get(atc_id=gone["atcId"]).gone_at is not None
    server.rows["F"].append(gone)
    assert fetch_police(client)[0].changed == 1
    assert PoliceFound.objects.there().count() == ROWS + 1


BAD: list[tuple[Fault, str, str]] = [
    (always(200, b"<html>504</html>"), "partial", "answer"),
    (always(502, b"<html>502</html>"), "partial", "answer"),
    (always(302, b""), "partial", "answer"),
    (always(200, listed([thing(1)], 45, 2)[:300]), "partial", "answer"),
    (always(200, b'<!DOCTYPE r [<!ENTITY a "b">]><response>&a;</response>'), "partial", "answer"),
    (always(200, b"<response>" + b" " * (5 * 1024 * 1024) + b"</response>"), "partial", "answer"),
    (always(200, wrapped("<items/><totalCount>45</totalCount>")), "partial", "answer"),
    (slow(1.0), "partial", "answer"),
    (always(200, gateway("04", "HTTP_ERROR")), "stopped", "request"),
    (always(200, wrapped("", code="99", message="UNKNOWN ERROR")), "stopped", "request"),
    (always(403, gateway("30", "SERVICE_KEY_IS_NOT_REGISTERED_ERROR")), "stopped", "key"),
    (always(401, b"Unauthorized"), "stopped", "key"),
    (always(200, gateway("22", "LIMITED_NUMBER_OF_SERVICE_REQUESTS")), "stopped", "quota"),
    (always(200, wrapped("", code="22", message="LIMITED_NUMBER")), "stopped", "quota"),
    (always(429, b""), "stopped", "quota"),
]


@pytest.mark.parametrize(("fault", "state", "problem"), BAD)
def test_a_run_that_fails_expires_nothing(
    client: PoliceClient, server: PoliceServer, fault: Fault, state: str, problem: str
) -> None:
    fetch_police(client, services=[POLICE])
    server.rows["F"] = server.rows["F"][:41]
    server.faults[2] = fault
    (run,) = fetch_police(client, services=[POLICE])
    assert (run.state, run.problem, run.expired) == (state, problem, 0)
    assert run.ended_at is not None
    assert PoliceFound.objects.there().count() == ROWS


def test_a_repeated_page_is_partial(client: PoliceClient, server: PoliceServer) -> None:
    first = server.rows["F"][:PAGE_ROWS]
    server.faults[2] = always(200, listed(first, ROWS, 2))
    (run,) = fetch_police(client, services=[POLICE])
    assert (run.state, run.problem) == ("partial", "answer")
    assert "repeats" in run.detail
    assert PoliceFound.objects.count() == PAGE_ROWS


def test_a_list_that_is_suddenly_empty_empties_nothing(
    client: PoliceClient, server: PoliceServer
) -> None:
    fetch_police(client, services=[POLICE])
    server.rows["F"] = []
    (run,) = fetch_police(client, services=[POLICE])
    assert (run.state, run.expired) == ("partial", 0)
    assert PoliceFound.objects.there().count() == ROWS


def test_what_is_better_the_second_time_is_asked_again(
    client: PoliceClient, server: PoliceServer
) -> None:
    server.faults[2] = once(200, b"<html>busy</html>")
    (run,) = fetch_police(client, services=[POLICE])
    assert (run.state, run.rows) == ("complete", ROWS)


@pytest.mark.parametrize(
    ("fault", "times"),
    [
        (always(200, gateway("04", "HTTP_ERROR")), 1),
        (always(200, gateway("22", "LIMITED_NUMBER")), 1),
        (always(500, b""), 3),
    ],
)
def test_only_what_may_get_better_is_repeated(
    client: PoliceClient, server: PoliceServer, fault: Fault, times: int
) -> None:
    server.faults[1] = fault
    fetch_police(client, services=[POLICE])
    assert len(server.asked) == times


def test_a_spent_limit_is_respected_until_tomorrow(
    client: PoliceClient, server: PoliceServer
) -> None:
    server.faults[1] = always(200, gateway("22", "LIMITED_NUMBER"))
    assert len(fetch_police(client)) == 1  # the second list is not asked for
    asked = len(server.asked)
    with pytest.raises(FetchRefused):
        fetch_police(client)
    assert len(server.asked) == asked
    server.faults.clear()
    yesterday = timezone.now() - timedelta(days=1)
    PoliceFetch.objects.update(started_at=yesterday)
    assert fetch_police(client)[0].state == "complete"


def test_two_runs_at_once_are_one(client: PoliceClient) -> None:
    today = timezone.localdate()
    running = PoliceFetch.objects.create(
        service=POLICE, region="LCA000", first_day=today, last_day=today
    )
    with pytest.raises(FetchRefused):
        fetch_police(client)
    PoliceFetch.objects.update(started_at=timezone.now() - timedelta(hours=3))
    assert fetch_police(client)[0].state == "complete"
    running.refresh_from_db()
    assert (running.state, running.problem) == ("partial", "interrupted")


def test_rows_that_cannot_be_are_left_out_and_texts_are_masked(
    client: PoliceClient, server: PoliceServer
) -> None:
    good = {**thing(1), "fdSbjt": "신분증 900101-1234567 이름 조**", "fdPrdtNm": "<b>지갑</b>"}
    server.rows["F"] = [
        good,
        {**thing(2), "atcId": "../../etc"},
        {**thing(3), "fdYmd": "어제"},
        {**thing(4), "fdSn": "-1"},
        {**thing(5), "fdFilePathImg": "https://minwon24.police.go.kr@evil.example/x.do"},
    ]
    (run,) = fetch_police(client, services=[POLICE])
    assert (run.state, run.rows, run.added) == ("complete", 5, 2)
    row = PoliceFound.objects.get(atc_id=good["atcId"])
    assert row.title == "신분증 90****-******* 이름 조**"
    assert not PoliceFound.objects.exclude(image_url="").exists()


def test_a_picture_is_kept_by_its_address_only_where_it_may_be_shown(
    client: PoliceClient, server: PoliceServer
) -> None:
    address = IMAGE_HOST + IMAGE_PATH
    server.rows["F"] = [{**thing(n), "fdFilePathImg": address} for n in (0, 4)]
    fetch_police(client, services=[POLICE])
    wallet, card = PoliceFound.objects.order_by("atc_id").reverse()
    assert {row.title[:3]: row.image_url for row in (wallet, card)} == {
        "검정색": address,
        "학생증": "",
    }


def test_only_stations_nearby_are_kept(
    client: PoliceClient, server: PoliceServer, settings: Settings
) -> None:
    settings.POLICE_PLACES = ["관악", "서울대"]
    fetch_police(client, services=[POLICE])
    stations = set(PoliceFound.objects.values_list("station", flat=True))
    assert stations == {"관악경찰서", "서울대입구역"}


def test_a_thing_goes_after_nine_months(client: PoliceClient, server: PoliceServer) -> None:
    fetch_police(client, services=[POLICE])
    old = timezone.localdate() - timedelta(days=importer.KEPT_DAYS + 1)
    PoliceFound.objects.filter(atc_id=thing(0)["atcId"]).update(found_on=old, atc_id="F" + "0" * 16)
    fetch_police(client, services=[POLICE])
    assert not PoliceFound.objects.filter(found_on=old).exists()


def test_the_key_is_in_no_log_and_no_error(
    client: PoliceClient, server: PoliceServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for fault, _, _ in BAD:
        server.faults[1] = fault
        PoliceFetch.objects.all().delete()
        fetch_police(client, services=[POLICE])
    refused = PoliceClient("http://127.0.0.1:9/1320000/", KEY, backoff_s=0.0)
    with pytest.raises(AnswerUnreadable) as caught:
        refused.detail(POLICE, "F" + "1" * 16, 1)
    said = [caplog.text, repr(client), str(caught.value), repr(caught.value.__context__)]
    said += [str(run) + run.detail for run in PoliceFetch.objects.all()]
    for spelt in (KEY, KEY.replace("+", "%2B"), "decoded", "serviceKey"):
        assert not any(spelt in text for text in said), spelt


def test_the_key_is_encoded_once(client: PoliceClient, server: PoliceServer) -> None:
    fetch_police(client, services=[POLICE])
    assert {query["serviceKey"] for _, query in server.asked} == {KEY}


# --- Details, codes and the command ---


@pytest.fixture
def likely(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    keys: list[int] = []
    monkeypatch.setattr(hooks, "likely_at_police", [lambda most: keys])
    return keys


def test_details_are_read_of_the_likeliest_alone(
    client: PoliceClient, server: PoliceServer, likely: list[int]
) -> None:
    fetch_police(client)
    institution = PoliceFound.objects.get(service=INSTITUTION)
    first = PoliceFound.objects.filter(service=POLICE).first()
    assert first is not None
    likely += [first.pk, institution.pk]
    assert read_details(client) == 2
    first.refresh_from_db()
    assert (first.telephone, first.place_kind) == ("02-870-0000", "노상")
    assert first.kept_at.startswith("서울")
    assert read_details(client) == 0  # until tomorrow


def test_a_thing_that_was_returned_or_is_unknown_goes(
    client: PoliceClient, server: PoliceServer, likely: list[int]
) -> None:
    fetch_police(client, services=[POLICE])
    returned, unknown = PoliceFound.objects.order_by("pk")[:2]
    likely += [returned.pk, unknown.pk]
    server.rows["F"][0]["_status"] = "반환완료"
    del server.rows["F"][1]
    assert read_details(client) == 2
    assert PoliceFound.objects.there().filter(pk__in=likely).count() == 0
    fetch_police(client, services=[POLICE])  # the list still has the returned one
    returned.refresh_from_db()
    assert returned.gone_at is not None


def test_details_without_the_part_are_our_fault(server: PoliceServer) -> None:
    client = PoliceClient(server.url, KEY)
    with pytest.raises(RequestRefused):
        client._asked("LosfundInfoInqireService/getLosfundDetailInfo", {"ATC_ID": "F1"})


def test_a_failing_detail_harms_nothing(
    client: PoliceClient, server: PoliceServer, likely: list[int]
) -> None:
    fetch_police(client, services=[POLICE])
    likely += list(PoliceFound.objects.values_list("pk", flat=True)[:3])
    server.faults["detail"] = always(200, gateway("22", "LIMITED_NUMBER"))
    assert read_details(client) == 0
    assert PoliceFound.objects.there().count() == ROWS


def test_one_colour_has_several_codes(client: PoliceClient) -> None:
    assert client.codes() == {"CL1002": "블랙(검정)", "CL1043": "블랙(검정)"}


def test_the_command_says_what_it_did(
    server: PoliceServer, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError, match="POLICE_API_KEY"):
        call_command("fetch_police")
    settings.POLICE_API_KEY, settings.POLICE_API_URL = KEY, server.url
    call_command("fetch_police", days=30)
    said = capsys.readouterr().out
    assert "police: complete, 3 pages, 45 rows: 45 new" in said
    server.faults[1] = always(200, gateway("30", "SERVICE_KEY_IS_NOT_REGISTERED_ERROR"))
    with pytest.raises(CommandError):
        call_command("fetch_police")
    assert KEY not in capsys.readouterr().out


def test_an_invented_row_is_of_today() -> None:
    assert thing(0)["fdYmd"] == date.today().isoformat()


def test_tasks_of_the_worker_read_a_list_in_parts(
    client: PoliceClient, server: PoliceServer
) -> None:
    parts = 0
    while not importer.fetch_part(client, budget_s=-1.0):  # nothing fits: no page is read
        parts += 1
        if parts == 2:
            break
    run = PoliceFetch.objects.get()
    assert (run.state, run.pages, run.busy_until) == ("running", 0, None)
    while not importer.fetch_part(client, budget_s=30.0):
        pass
    runs = {run.service: run for run in PoliceFetch.objects.all()}
    assert (runs[POLICE].state, runs[POLICE].rows, runs[POLICE].added) == ("complete", ROWS, ROWS)
    assert runs[INSTITUTION].state == "complete"
    asked = len(server.asked)
    assert importer.fetch_part(client, budget_s=30.0)  # not twice a day
    assert len(server.asked) == asked


def test_a_part_goes_on_where_the_last_one_ended(
    client: PoliceClient, server: PoliceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(100))
    ticking = SimpleNamespace(monotonic=lambda: float(next(clock)))
    monkeypatch.setattr(importer, "time", ticking)
    importer.fetch_part(client, budget_s=1.0)  # the clock lets one page through
    assert PoliceFetch.objects.get().pages == 1
    importer.fetch_part(client, budget_s=1.0)
    assert [query["pageNo"] for _, query in server.asked] == ["1", "2"]
    monkeypatch.undo()
    server.faults[3] = always(200, b"<html>")
    monkeypatch.setattr(importer, "PAGE_ROWS", PAGE_ROWS)
    importer.fetch_part(client, budget_s=30.0)
    run = PoliceFetch.objects.get()
    assert (run.state, run.rows, run.expired) == ("partial", 40, 0)


def test_only_one_task_reads_at_a_time(client: PoliceClient, server: PoliceServer) -> None:
    importer.fetch_part(client, budget_s=-1.0)
    PoliceFetch.objects.update(busy_until=timezone.now() + timedelta(seconds=30))
    assert importer.fetch_part(client, budget_s=30.0)
    assert server.asked == []


@pytest.fixture
def pictured(
    server: PoliceServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> PoliceServer:
    """The first thing has a picture, and the detector finds no text in it."""
    settings.POLICE_IMAGE_URL = server.url.removesuffix("/1320000/")
    server.rows["F"] = [{**thing(0), "fdFilePathImg": IMAGE_HOST + IMAGE_PATH}]
    monkeypatch.setattr(images, "is_available", lambda: True)
    monkeypatch.setattr(masking, "text_polygons", lambda pixels: [])
    return server


def test_the_photograph_of_a_likely_thing_is_kept_small_and_once(
    client: PoliceClient, pictured: PoliceServer, likely: list[int]
) -> None:
    pictured.image = upload().read()
    fetch_police(client, services=[POLICE])
    row = PoliceFound.objects.get()
    likely.append(row.pk)
    assert read_details(client) == 1
    assert row.data_url.startswith("data:image/jpeg;base64,")
    PoliceFound.objects.update(detail_at=None)
    read_details(client)
    asked = [operation for operation, _ in pictured.asked if operation == IMAGE_PATH]
    assert len(asked) == 1


@pytest.mark.parametrize("image", [b"", b"GIF89a nothing", b"x" * (6 * 1024 * 1024 + 1)])
def test_a_bad_photograph_costs_nothing_else(
    client: PoliceClient, pictured: PoliceServer, likely: list[int], image: bytes
) -> None:
    pictured.image = image
    fetch_police(client, services=[POLICE])
    row = PoliceFound.objects.get()
    likely.append(row.pk)
    assert read_details(client) == 1
    row.refresh_from_db()
    assert (row.data_url, row.telephone) == ("", "02-870-0000")


def test_without_the_extra_no_photograph_is_kept(
    client: PoliceClient,
    pictured: PoliceServer,
    likely: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(images, "is_available", lambda: False)
    pictured.image = upload().read()
    fetch_police(client, services=[POLICE])
    likely.append(PoliceFound.objects.get().pk)
    assert read_details(client) == 1
    assert not PolicePhoto.objects.exists()
