"""A device need not fetch what it has, and cannot overwrite what it has not seen."""

from pathlib import Path
from typing import Any

import pytest

from lostfound.models import Post, User
from lostfound.services import close_post, edit_post, transaction_with_files
from tests.support.api_client import Device, code_of
from tests.support.builders import make_post, upload
from tests.support.concurrent_devices import script
from tests.support.factories import StaffFactory
from tests.support.python_process import run_python
from tests.support.servers.postgres import PostgresServer

pytestmark = pytest.mark.django_db

AT_ONCE = 16
PARALLEL = script(
    AT_ONCE,
    """
seen = clients[0].get(address).headers["ETag"]

def one(number):
    try:
        return clients[number].patch(
            address,
            {"title": f"umbrella {number}"},
            content_type="application/json",
            headers={"If-Match": seen},
        ).status_code
    finally:
        connection.close()

with ThreadPoolExecutor(AT_ONCE) as pool:
    got = Counter(pool.map(one, range(AT_ONCE)))
print(sorted(got.items()), Post.objects.get().events.filter(action="edited").count())
""",
)
ONE_OF_ALL = f"[(200, 1), (412, {AT_ONCE - 1})] 1"


@pytest.mark.processes
def test_of_16_changes_at_once_of_what_was_seen_exactly_one_is_made(var_dir: Path) -> None:
    done = run_python("-c", PARALLEL, VAR_DIR=str(var_dir))
    assert done.stdout.strip() == ONE_OF_ALL, done.stderr


@pytest.mark.processes
def test_of_16_changes_at_once_exactly_one_is_made_on_postgres(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.make_migrated("etags")
    done = run_python("-c", PARALLEL, VAR_DIR=str(tmp_path), DATABASE_URL=url)
    assert done.stdout.strip() == ONE_OF_ALL, done.stderr


def test_an_etag_spares_what_is_known_and_guards_what_is_not(phone: Device, owner: User) -> None:
    path = f"posts/{make_post(author=owner, kind='lost').public_id}/"
    etag = phone.get(path).headers["ETag"]
    known = phone.send("get", path, If_None_Match=etag)
    assert known.status_code == 304 and known.content == b""

    def patch(title: str, match: str) -> int:
        answer = phone.send("patch", path, {"title": title}, If_Match=match)
        return int(answer.status_code)

    assert patch("첫 번째", etag) == 200
    assert patch("두 번째", etag) == 412
    assert Post.objects.get().title == "첫 번째"
    assert patch("세 번째", phone.get(path).headers["ETag"]) == 200
    assert patch("네 번째", "*") == 200


def test_what_changes_between_the_check_and_the_lock_is_seen_too(
    phone: Device, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A photograph belongs to what was seen as much as the words do."""
    post = make_post(author=owner, kind="lost")
    path = f"posts/{post.public_id}/"
    etag = phone.get(path).headers["ETag"]

    def overtaken() -> Any:
        edit_post(post, actor=owner, fields={}, add_photos=[upload(3)])
        return transaction_with_files()

    monkeypatch.setattr("lostfound.services.transaction_with_files", overtaken)
    answer = phone.send("patch", path, {"title": "가방"}, If_Match=etag)
    assert code_of(answer, 412) == "changed_meanwhile"
    assert Post.objects.get().title == "파란 우산"


@pytest.mark.parametrize("mark", ["gzip", "zstd", "br"])
def test_the_mark_of_a_proxy_that_compresses_does_not_count(
    phone: Device, owner: User, mark: str
) -> None:
    path = f"posts/{make_post(author=owner, kind='lost').public_id}/"
    etag = phone.get(path).headers["ETag"]
    compressed = f'{etag[:-1]}-{mark}"'
    assert phone.send("patch", path, {"title": "하나"}, If_Match=compressed).status_code == 200
    assert phone.send("patch", path, {"title": "둘"}, If_Match=compressed).status_code == 412


WRITES: dict[str, tuple[str, str, Any]] = {
    "change": ("patch", "", {"title": "가방"}),
    "delete": ("delete", "", None),
    "close": ("post", "close/", {}),
    "add": ("post", "photos/", {"photos": [upload(9)]}),
    "order": ("put", "photos/order/", {"photos": []}),
    "remove": ("delete", "photos/{photo}/", None),
}


@pytest.mark.parametrize("write", WRITES)
def test_every_change_of_what_was_not_seen_is_refused(
    phone: Device, owner: User, write: str
) -> None:
    post = make_post(author=owner, kind="lost", photos=2)
    method, rest, data = WRITES[write]
    path, photo = f"posts/{post.public_id}/", post.photos.all()[1].public_id
    data = {"photos": [str(photo)]} if write == "order" else data
    stale = phone.get(path).headers["ETag"]
    edit_post(post, actor=owner, fields={"title": "남색 우산"})
    before = phone.get(path)
    there = path + rest.format(photo=photo)
    assert code_of(phone.send(method, there, data, If_Match=stale), 412) == "changed_meanwhile"
    assert phone.get(path).content == before.content
    if write == "add":
        data["photos"][0].seek(0)
    done = phone.send(method, there, data, If_Match=before.headers["ETag"])
    assert done.status_code in (200, 204)
    if done.status_code == 200:  # and what comes back need not be read again
        assert done.headers["ETag"] == phone.get(path).headers["ETag"]


def test_a_closed_post_is_reopened_only_as_it_was_seen(phone: Device, owner: User) -> None:
    post = make_post(author=owner, kind="lost")
    path = f"posts/{post.public_id}/"
    stale = phone.get(path).headers["ETag"]
    close_post(post, actor=owner)
    assert code_of(phone.send("post", f"{path}reopen/", {}, If_Match=stale), 412)
    fresh = phone.get(path).headers["ETag"]
    done = phone.send("post", f"{path}reopen/", {}, If_Match=fresh)
    assert done.json()["status"] == "open"
    assert done.headers["ETag"] == phone.get(path).headers["ETag"]


def test_a_new_post_says_where_it_is_and_how_it_is_called(phone: Device) -> None:
    made = phone.post("posts/", {"kind": "lost", "title": "우산"})
    assert made.headers["Location"] == f"/api/v1/posts/{made.json()['id']}/"
    read = phone.get(made.headers["Location"])
    assert read.headers["ETag"] == made.headers["ETag"] and read.json() == made.json()


def test_the_office_changes_what_it_has_seen() -> None:
    counter = Device(StaffFactory.create())
    fields = {"title": "우산", "kept_note": "선반"}
    made = counter.post("office/posts/", fields)
    path = made.headers["Location"]
    assert counter.get(path).headers["ETag"] == made.headers["ETag"]
    first = counter.send("patch", path, {"shelf": "A-1"}, If_Match=made.headers["ETag"])
    assert first.headers["ETag"] == counter.get(path).headers["ETag"]
    late = counter.send("patch", path, {"shelf": "B-1"}, If_Match=made.headers["ETag"])
    assert code_of(late, 412) == "changed_meanwhile"
    assert Post.objects.get().shelf == "A-1"


def test_the_office_closes_orders_and_removes_what_it_has_seen() -> None:
    counter = Device(StaffFactory.create())
    post = make_post(kind="found", photos=2)
    path, photo = f"office/posts/{post.public_id}/", post.photos.all()[1].public_id
    stale = counter.get(path).headers["ETag"]
    edit_post(post, actor=post.author, fields={"title": "남색 우산"})
    for method, rest, data in (
        ("put", "photos/order/", {"photos": [str(photo)]}),
        ("post", "close/", {}),
        ("delete", f"photos/{photo}/", None),
    ):
        refused = counter.send(method, path + rest, data, If_Match=stale)
        assert code_of(refused, 412) == "changed_meanwhile"
    assert Post.objects.get().is_open and post.photos.count() == 2
    seen = counter.get(path).headers["ETag"]
    for method, rest, data in (
        ("put", "photos/order/", {"photos": [str(photo)]}),
        ("post", "close/", {}),
        ("post", "reopen/", {}),
    ):
        done = counter.send(method, path + rest, data, If_Match=seen)
        assert done.status_code == 200
        seen = done.headers["ETag"]
    assert seen == counter.get(path).headers["ETag"]
    assert counter.send("delete", f"{path}photos/{photo}/", If_Match=seen).status_code == 204
