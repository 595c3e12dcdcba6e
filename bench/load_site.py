"""Prepares people with sessions and pairs to review for the load test, and checks the result."""

import json
import os
import random
import sys
import time
from pathlib import Path

import django

TITLE = "load"  # how titles of the load's posts start


def prepare(people: int, pairs: int) -> None:
    """Write cookies of signed-in people and staff to LOAD_FILE."""
    from django.conf import settings
    from django.contrib.auth import (
        BACKEND_SESSION_KEY,
        HASH_SESSION_KEY,
        SESSION_KEY,
        get_user_model,
    )
    from django.contrib.sessions.backends.db import SessionStore

    from lostfound.models import Post
    from matching.models import Match, StoredProfile

    cookies: dict[str, list[str]] = {"student": [], "staff": []}
    for number in range(people):
        is_staff = number % 6 == 0
        user = get_user_model().objects.create(
            username=f"load{number}", is_staff=is_staff, is_superuser=is_staff
        )
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        cookies["staff" if is_staff else "student"].append(str(session.session_key))
    profile = StoredProfile.objects.get(is_current=True)
    lost = list(Post.objects.filter(kind="lost").values_list("pk", flat=True)[:pairs])
    found = list(Post.objects.filter(kind="found").values_list("pk", flat=True)[:pairs])
    random.Random(0).shuffle(found)
    Match.objects.bulk_create(
        Match(
            lost_id=one,
            found_id=other,
            strategy="calibrated_v3",
            fingerprint="made",
            profile=profile,
            score=0.5,
            terms={"prior": -7.0, "text_text": 3.0},
            evidence_hash=f"{one:064x}",
        )
        for one, other in zip(lost, found, strict=False)
    )
    Path(os.environ["LOAD_FILE"]).write_text(json.dumps(cookies))


def check() -> dict[str, object]:
    """Wait until the load's posts are matched, and print how long it took."""
    from matching.models import MatchDecision, MatchingJob

    rows = MatchingJob.objects.filter(post__title__startswith=TITLE)
    deadline = time.monotonic() + 300
    while rows.filter(status__in=("pending", "running")).exists() and time.monotonic() < deadline:
        time.sleep(0.5)
    seconds = sorted(
        (done - queued).total_seconds()
        for done, queued in rows.filter(status="done").values_list("finished_at", "queued_at")
    )
    return {
        "posts": rows.count(),
        "not_matched": rows.exclude(status__in=("done", "idle")).count(),
        "decisions": MatchDecision.objects.count(),
        "saved_to_matched_p50_s": seconds[len(seconds) // 2] if seconds else None,
        "saved_to_matched_p95_s": seconds[int(len(seconds) * 0.95)] if seconds else None,
    }


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "prepare":
        prepare(int(sys.argv[2]), int(sys.argv[3]))
    else:
        print(json.dumps(check()))
