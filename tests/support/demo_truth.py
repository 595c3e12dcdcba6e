"""Prints the keys of the demo's suggested pairs that are truly about the same thing, as JSON.

Run in a separate process with the demo's environment, like `tests.support.seed`.
"""

import json
import sys

import django


def main() -> None:
    """Print the keys; the demo creates the same posts in the same order each time."""
    django.setup()
    from lostfound.models import Building, Post
    from matching.demo.campus import demo_posts
    from matching.demo.seed import DEMO_SEED, drawable_leaves
    from matching.models import Match

    n_places = Building.objects.filter(is_active=True).count()
    specs = demo_posts(DEMO_SEED, drawable_leaves(), n_places)
    keys = Post.objects.order_by("pk").values_list("pk", flat=True)
    pair_of = {key: spec.pair for key, spec in zip(keys, specs, strict=True)}
    rows = Match.objects.values_list("pk", "lost", "found")
    same = [pk for pk, lost, found in rows if pair_of[lost] == pair_of[found] is not None]
    json.dump(same, sys.stdout)


if __name__ == "__main__":
    main()
