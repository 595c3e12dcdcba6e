"""Closing and reopening twice: the first response was lost, or two devices do it."""

from pathlib import Path

import pytest
from django.contrib.auth.models import Permission

from lostfound.models import Post, User
from lostfound.services import close_post, edit_post
from tests.support.api_client import Device, code_of
from tests.support.builders import make_post
from tests.support.concurrent_devices import script
from tests.support.factories import OfficeFactory, StaffFactory
from tests.support.python_process import run_python
from tests.support.servers.postgres import PostgresServer

pytestmark = pytest.mark.django_db

AT_ONCE = 8
PARALLEL = script(
    AT_ONCE,
    """
seen = [clients[0].get(address).headers["ETag"]]

def one(number):
    try:
        answer = clients[number].post(address + action, headers={"If-Match": seen[0]})
        return answer.status_code, answer.json()["status"]
    finally:
        connection.close()

for action in ("close/", "reopen/"):
    with ThreadPoolExecutor(AT_ONCE) as pool:
        got = Counter(pool.map(one, range(AT_ONCE)))
    seen[0] = clients[0].get(address).headers["ETag"]
    print(sorted(got.items()))
print([event.action for event in post.events.order_by("pk")])
""",
)
EACH_ONCE = f"""[((200, 'closed'), {AT_ONCE})]
[((200, 'open'), {AT_ONCE})]
['submitted', 'closed', 'reopened']"""


@pytest.mark.processes
def test_devices_that_close_and_open_at_once_all_hear_that_it_is_done(var_dir: Path) -> None:
    done = run_python("-c", PARALLEL, VAR_DIR=str(var_dir))
    assert done.stdout.strip() == EACH_ONCE, done.stderr


@pytest.mark.processes
def test_devices_that_close_and_open_at_once_all_hear_it_on_postgres(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.make_migrated("sent_again")
    done = run_python("-c", PARALLEL, VAR_DIR=str(tmp_path), DATABASE_URL=url)
    assert done.stdout.strip() == EACH_ONCE, done.stderr


@pytest.mark.parametrize("action", ["close", "reopen"])
def test_a_lost_answer_is_answered_as_the_first_time(
    phone: Device, owner: User, action: str
) -> None:
    post = make_post(author=owner, kind="lost")
    path = f"posts/{post.public_id}/"
    if action == "reopen":
        close_post(post, actor=owner)
    etag = phone.get(path).headers["ETag"]
    sent = [phone.send("post", f"{path}{action}/", {}, If_Match=etag) for _ in range(3)]
    assert [answer.status_code for answer in sent] == [200] * 3
    assert sent[0].json() == sent[1].json() == sent[2].json() == phone.get(path).json()
    assert sent[2].headers["ETag"] == phone.get(path).headers["ETag"] != etag
    assert post.events.filter(action={"close": "closed", "reopen": "reopened"}[action]).count() == 1


def test_what_is_open_but_not_as_it_was_seen_is_not_closed(phone: Device, owner: User) -> None:
    post = make_post(author=owner, kind="lost")
    path = f"posts/{post.public_id}/"
    stale = phone.get(path).headers["ETag"]
    edit_post(post, actor=owner, fields={"title": "남색 우산"})
    assert code_of(phone.send("post", f"{path}close/", {}, If_Match=stale), 412)
    assert Post.objects.get().is_open


@pytest.mark.parametrize(
    ("action", "status"), [("close", "matched"), ("reopen", "matched"), ("close", "returned")]
)
def test_what_is_in_a_third_state_is_refused(
    phone: Device, owner: User, action: str, status: str
) -> None:
    post = make_post(author=owner, kind="lost")
    Post.objects.filter(pk=post.pk).update(status=status)
    assert code_of(phone.post(f"posts/{post.public_id}/{action}/"), 409) == "conflict"
    assert Post.objects.get().status == status


def test_another_office_is_refused_also_where_nothing_would_change() -> None:
    post = make_post(office=OfficeFactory.create())
    clerk = StaffFactory.create(is_superuser=False, office=OfficeFactory.create())
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["view_post", "change_post"]))
    path = f"office/posts/{post.public_id}/reopen/"
    assert code_of(Device(clerk).post(path), 403) == "permission_denied"
