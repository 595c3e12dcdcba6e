"""Rate limits that parallel requests cannot slip past."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.utils import timezone
from pytest_django import Settings
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from lostfound.infra import limits, rate_limits
from lostfound.infra.limits import LIMITS, Limit
from lostfound.infra.rate_limits import (
    WriteThrottle,
    allow,
    client_address,
    count_request,
    prune_throttles,
)
from lostfound.models import ThrottleCounter
from tests.support.builders import make_user
from tests.support.concurrent_counting import PARALLEL
from tests.support.python_process import run_python


@pytest.mark.processes
def test_exactly_ten_of_64_threads_pass(var_dir: Path) -> None:
    done = run_python("-c", PARALLEL, VAR_DIR=str(var_dir))
    assert done.stdout.strip() == "10", done.stderr


@pytest.mark.django_db
def test_count_is_per_scope_and_person() -> None:
    assert [allow("post", "user:1", 2).allowed for _ in range(3)] == [True, True, False]
    assert allow("post", "user:2", 2).allowed
    assert allow("claim", "user:1", 2).allowed


@pytest.mark.django_db
def test_next_window_starts_at_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = 1_800_000_000.0
    monkeypatch.setattr(rate_limits, "time", SimpleNamespace(time=lambda: now_s))
    window_start_s = now_s // 3600 * 3600
    assert allow("post", "user:1", 1) == (True, 0)
    refused = allow("post", "user:1", 1)
    assert refused == (False, int(window_start_s + 3600 - now_s))
    now_s += refused.retry_after_s
    assert allow("post", "user:1", 1).allowed


@pytest.mark.django_db
def test_addresses_are_not_stored() -> None:
    allow("post", "address:203.0.113.7", 1)
    assert "203.0.113.7" not in ThrottleCounter.objects.get().key


@pytest.mark.django_db
def test_ended_windows_are_pruned() -> None:
    allow("post", "user:1", 1)
    assert prune_throttles() == 0
    ThrottleCounter.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert prune_throttles() == 1


@pytest.mark.parametrize(
    ("proxies", "forwarded", "peer", "address"),
    [
        (0, "203.0.113.7", "192.0.2.1", "192.0.2.1"),
        (1, "", "192.0.2.1", "192.0.2.1"),
        (1, "203.0.113.7", "192.0.2.1", "203.0.113.7"),
        (1, "1.1.1.1, 203.0.113.7", "192.0.2.1", "203.0.113.7"),
        (2, "1.1.1.1, 203.0.113.7, 10.0.0.1", "192.0.2.1", "203.0.113.7"),
        (2, "203.0.113.7", "192.0.2.1", "192.0.2.1"),
        (1, "nonsense", "192.0.2.1", "192.0.2.1"),
        (0, "", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (0, "", "::ffff:192.0.2.1", "192.0.2.1"),
    ],
)
def test_forwarded_address_counts_only_behind_our_proxies(
    settings: Settings, proxies: int, forwarded: str, peer: str, address: str
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR=peer)
    assert client_address(request) == address


@pytest.mark.django_db
def test_people_behind_one_address_have_counts_of_their_own(settings: Settings) -> None:
    settings.POSTS_PER_HOUR = 1
    request = RequestFactory().post("/")
    request.user = make_user()
    assert [count_request(request, "post").allowed for _ in range(2)] == [True, False]
    request.user = make_user()
    assert count_request(request, "post").allowed
    request.user = AnonymousUser()
    assert not count_request(request, "post").allowed


@pytest.mark.django_db
def test_many_accounts_of_one_address_are_limited_too(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.POSTS_PER_HOUR = 1
    monkeypatch.setattr(limits, "ADDRESS_FACTOR", 2)
    passed = []
    for _ in range(3):
        request = RequestFactory().post("/")
        request.user = make_user()
        passed.append(count_request(request, "post").allowed)
    assert passed == [True, True, False]


class Limited(APIView):
    """What the API does with the throttle."""

    throttle_classes = (WriteThrottle,)
    limit = "test"
    permission_classes = ()

    def get(self, request: object) -> Response:
        return Response()

    def post(self, request: object) -> Response:
        return Response()


@pytest.mark.django_db
def test_api_answers_429_with_the_time_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LIMITS, "test", Limit("tests", 1))  # type: ignore[misc]
    view, user = Limited.as_view(), make_user()

    def status(method: str) -> tuple[int, bool]:
        request = getattr(APIRequestFactory(), method)("/")
        force_authenticate(request, user)
        response = view(request)
        return response.status_code, 0 < int(response.headers.get("Retry-After", 0)) <= 3600

    assert [status("post"), status("post")] == [(200, False), (429, True)]
    assert status("get") == (200, False)
