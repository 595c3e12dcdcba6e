"""The pairs that the notes left open, through the task of production, on the demo campus."""

from collections.abc import Iterator
from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from lostfound.models import Post
from matching.demo.cases import CaseResult, demo_campus_matched, run_cases
from matching.encoders.base import forget_encoder
from matching.management.tables import cases
from matching.models import StoredProfile

pytestmark = [pytest.mark.django_db, pytest.mark.model, pytest.mark.slow]


@pytest.fixture(autouse=True)
def fresh_encoder() -> Iterator[None]:
    forget_encoder()
    yield
    forget_encoder()


def test_every_case_is_decided_as_a_person_would() -> None:
    silent = SimpleNamespace(update=lambda posts: None)
    demo_campus_matched(lambda text, total: nullcontext(silent))
    before = Post.objects.count()
    learnt = StoredProfile.objects.get(is_current=True).profile.calibration.report
    assert learnt["rounds"][0]["is_adopted"]  # what is learnt from the posts is part of the trial
    results = list(run_cases())
    assert [one.name for one in results if not one.is_reached] == [], cases(results)
    assert len(results) == 8 and Post.objects.count() == before == 120


def test_a_case_that_is_missed_says_so() -> None:
    (line,) = cases([CaseResult("wallet, dog", 0.5, 2, "rank 1", is_reached=False)])
    assert line.split() == ["wallet,", "dog", "0.500", "rank", "2", "rank", "1", "NOT", "REACHED"]
