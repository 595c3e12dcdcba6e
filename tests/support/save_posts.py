"""Saves pairs of posts by two people, one after another: `python -m ... FIRST PAIRS`."""

import sys
import time
from typing import Final

PAUSE_S: Final = 0.02


def title_of(pair: int) -> str:
    """Words that only the two posts of one pair share."""
    return f"brand{pair} model{pair} colour{pair} sticker{pair}"


def main(first: int, pairs: int, extra: list[str]) -> None:
    """Save a lost and a found post for each pair, then a lost post for each extra title."""
    import django

    django.setup()
    from lostfound.models import User
    from lostfound.services import submit_post

    loser, _ = User.objects.get_or_create(username="loser")
    finder, _ = User.objects.get_or_create(username="finder")
    for pair in range(first, first + pairs):
        for kind, author in (("lost", loser), ("found", finder)):
            submit_post(author=author, kind=kind, fields={"title": title_of(pair)})
            time.sleep(PAUSE_S)
    for title in extra:
        submit_post(author=loser, kind="lost", fields={"title": title})


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
