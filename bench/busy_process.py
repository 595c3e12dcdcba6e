"""`python -m bench.busy_process tasks|pages N`: runs N of them, and prints its memory twice."""

import json
import sys

import django


def resident_mb() -> float:
    """Resident memory of this process. Units: MB"""
    with open("/proc/self/statm") as file:  # noqa: PTH123 - not a file that has a folder
        return int(file.read().split()[1]) * 4096 / 1e6


def tasks(number: int) -> list[float]:
    """Match posts that are created, edited and closed, as a worker does over a day."""
    from django.contrib.auth import get_user_model

    from lostfound.services import close_post, submit_post
    from matching.services import match_post

    people = [get_user_model().objects.create(username=f"p{n}") for n in range(5)]
    held, open_posts = [], []
    for row in range(number):
        kind = "found" if row % 2 else "lost"
        fields = {"title": f"{row % 17} umbrella {row % 5}", "kept_note": "1" if row % 2 else ""}
        post = submit_post(author=people[row % 5], kind=kind, fields=fields)
        assert match_post(post.pk) == "matched"
        open_posts.append(post)
        if len(open_posts) > 60:  # as many open posts from then on
            old = open_posts.pop(0)
            old.refresh_from_db()
            if old.is_open:
                close_post(old, actor=None)
        if row + 1 in (number // 3, number):
            held.append(resident_mb())
    return held


def pages(number: int) -> list[float]:
    """Read pages, as a web process does."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from lostfound.services import submit_post

    staff = get_user_model().objects.create(username="s", is_staff=True, is_superuser=True)
    for row in range(30):
        fields = {"title": f"thing {row}", "kept_note": "1"}
        submit_post(author=staff, kind="found", fields=fields)
    client = Client()
    client.force_login(staff)
    paths = ["/", "/posts/", "/notifications/", "/admin/matching/match/", "/posts/new/found/"]
    held = []
    for row in range(number):
        assert client.get(paths[row % len(paths)]).status_code == 200
        if row + 1 in (number // 3, number):
            held.append(resident_mb())
    return held


if __name__ == "__main__":
    django.setup()
    print(json.dumps((tasks if sys.argv[1] == "tasks" else pages)(int(sys.argv[2]))))
