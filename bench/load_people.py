"""The behaviour of concurrent people, for locust; `bench/load.py` starts it."""

import json
import os
import random
import re
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from locust import FastHttpUser, constant_throughput, events, task

from bench.pictures import jpeg

FILE = Path(os.environ["LOAD_FILE"])
COOKIES = json.loads(FILE.read_text())
NUMBER = count()
PICTURE = jpeg(1, 1600, 1200)
REVIEWS = re.compile(r'name="decision" value="((?:confirm|reject):\d+:[0-9a-f]+)"')
SECRET = re.compile(r"csrftoken=([^;]+)")
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
posted = count()


@events.quitting.add_listener
def write_posted(**_kwargs: object) -> None:
    """Write the number of posts that the server confirmed."""
    (FILE.parent / "posted").write_text(str(next(posted)))


def encode_multipart(
    data: dict[str, str], files: dict[str, tuple[str, bytes, str]]
) -> tuple[bytes, str]:
    """A form encoded as a browser does."""
    mark = "----load"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in data.items()
    ]
    for name, (file_name, content, kind) in files.items():
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; '
        head += f'filename="{file_name}"\r\nContent-Type: {kind}\r\n\r\n'
        parts += [head.encode(), content, b"\r\n"]
    return b"".join(parts) + f"--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"


COLOURS = ("검은", "파란", "흰색", "빨간", "갈색", "black", "silver", "")
THINGS = ("우산", "지갑", "이어폰 케이스", "노트북", "열쇠", "umbrella", "student card", "텀블러")


class Person(FastHttpUser):
    """A signed-in person."""

    abstract = True
    kind = "student"
    secret = ""
    wait_time = constant_throughput(4)  # faster than anybody, so that few people stand for many

    def on_start(self) -> None:
        cookies = COOKIES[self.kind]
        self.cookie = f"sessionid={cookies[next(NUMBER) % len(cookies)]}"
        # A new connection per request, as from many people with occasional requests: kept open, all
        # requests would stay with the server process that accepted the first one.
        self.headers = {"Cookie": self.cookie, "Accept-Language": "ko", "Connection": "close"}

    def page(self, path: str, name: str) -> str:
        """Fetch a page and return its text."""
        answer = self.client.get(path, name=name, headers=self.headers)
        return answer.text or ""

    def csrf(self) -> tuple[str, dict[str, str]]:
        """A CSRF token, and the headers that go with it."""
        answer = self.client.get("/posts/new/found/", name="form", headers=self.headers)
        return self.signed(answer)

    def signed(self, answer: Any) -> tuple[str, dict[str, str]]:
        """The CSRF token in a page's form, and the headers that go with it."""
        found = TOKEN.search(answer.text or "")
        secret = SECRET.search(str(answer.headers.get("Set-Cookie", "")))
        if secret:
            self.secret = secret[1]
        headers = {
            "Cookie": f"{self.cookie}; csrftoken={self.secret}",
            "Referer": self.host or "",
            "Connection": "close",
        }
        return (found[1] if found else ""), headers


class Student(Person):
    """A student, who reads, searches and posts."""

    weight = 5

    @task(8)
    def home(self) -> None:
        self.page(f"/?page={random.randint(1, 50)}", "home")

    @task(4)
    def own(self) -> None:
        self.page("/posts/", "own posts")

    @task(2)
    def search(self) -> None:
        words = f"{random.choice(COLOURS)} {random.choice(THINGS)}"
        self.page(f"/search/?{urlencode({'q': words})}", "search")

    @task(2)
    def api(self) -> None:
        self.page("/api/v1/posts/?kind=found&status=open", "api posts")

    @task(2)
    def notifications(self) -> None:
        self.page("/notifications/", "messages")

    @task(1)
    def post(self) -> None:
        self.submit({})

    @task(1)
    def post_with_photo(self) -> None:
        self.submit({"photos": ("a.jpg", PICTURE, "image/jpeg")})

    def submit(self, files: dict[str, tuple[str, bytes, str]]) -> None:
        """Post a found thing through the form."""
        token, headers = self.csrf()
        name = "post with photograph" if files else "post"
        data = {
            "csrfmiddlewaretoken": token,
            "title": f"load 검은색 지갑 {random.random()}",
            "happened_on": "2026-11-20",
            "kept_note": "1",
        }
        body, content_type = encode_multipart(data, files)
        with self.client.post(
            "/posts/new/found/",
            data=body,
            headers={**headers, "Content-Type": content_type},
            name=name,
            allow_redirects=False,
            catch_response=True,
        ) as answer:
            if answer.status_code == 302:
                next(posted)
                answer.success()
            else:
                answer.failure(f"{answer.status_code}: {(answer.text or '')[:300]}")


class Clerk(Person):
    """A clerk, who looks for posts and decides on pairs."""

    weight = 1
    kind = "staff"
    wait_time = constant_throughput(1)  # stands for one person only

    @task(3)
    def queue(self) -> None:
        self.page("/admin/matching/match/", "queue")

    @task(2)
    def look_up(self) -> None:
        self.page(f"/admin/lostfound/post/?q={random.randint(1, 9999)}", "staff search")

    @task(2)
    def decide(self) -> None:
        page = random.randint(1, 20)
        answer = self.client.get(
            f"/admin/matching/match/?p={page}", name="queue", headers=self.headers
        )
        text = answer.text or ""
        values = REVIEWS.findall(text)
        token, headers = self.signed(answer)
        if not values:
            return
        decision = random.choice(values)
        data = {"csrfmiddlewaretoken": token, "decision": decision, "page": "list"}
        self.client.post(
            "/admin/matching/match/decide/",
            data=urlencode(data),
            headers={**headers, "Content-Type": "application/x-www-form-urlencoded"},
            name="decide",
            allow_redirects=False,
        )
