"""A script in which sixty-four threads count at once, for a separate process."""

from typing import Final

PARALLEL: Final = """
import django
django.setup()
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from django.db import connection
from lostfound.infra.rate_limits import allow

barrier = Barrier(64)

def one(number):
    barrier.wait()
    try:
        return allow("post", "user:1", 10, 86400).allowed
    finally:
        connection.close()

with ThreadPoolExecutor(64) as pool:
    print(sum(pool.map(one, range(64))))
"""
