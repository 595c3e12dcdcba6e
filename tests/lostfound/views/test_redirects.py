"""Addresses that have moved."""

import pytest
from django.test import Client


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("/admin/lostfound/look/", "/admin/lostfound/accesslog/"),
        ("/admin/lostfound/look/?p=2", "/admin/lostfound/accesslog/?p=2"),
        ("/admin/lostfound/look/3/change/", "/admin/lostfound/accesslog/3/change/"),
        ("/admin/matching/embedding/", "/admin/matching/matchingjob/"),
        ("/admin/matching/embedding/?status=failed", "/admin/matching/matchingjob/?status=failed"),
        ("/admin/matching/embedding/7/history/", "/admin/matching/matchingjob/7/history/"),
    ],
)
def test_bookmarks_of_an_earlier_version_still_lead_there(
    client: Client, before: str, now: str
) -> None:
    response = client.get(before)
    assert (response.status_code, response.headers["Location"]) == (302, now)
