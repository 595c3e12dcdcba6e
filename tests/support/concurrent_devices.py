"""A script in which several devices of one person change a post at the same moment.

Threads on a real database: each has read the post before any of them changes it.
"""

from typing import Final

PRELUDE: Final = """
import django
django.setup()
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from django.db import connection
from django.test import Client
from django.test.utils import setup_test_environment
from lostfound import services
from lostfound.models import Post, User
from lostfound.services import submit_post

setup_test_environment()
author = User.objects.create_user("author", "author@example.org", "correct horse")
post = submit_post(author=author, kind="lost", fields={"title": "umbrella"})
address = f"/api/v1/posts/{post.public_id}/"
barrier = Barrier(AT_ONCE)

def signed_in():
    client = Client()
    client.force_login(author, "django.contrib.auth.backends.ModelBackend")
    return client

clients = [signed_in() for _ in range(AT_ONCE)]

begin = services.transaction_with_files

def begin_together():
    barrier.wait()
    return begin()

services.transaction_with_files = begin_together
"""


def script(at_once: int, rest: str) -> str:
    """The script for `python -c`; `rest` can use `clients`, `address` and `post`."""
    return (PRELUDE + rest).replace("AT_ONCE", str(at_once))
