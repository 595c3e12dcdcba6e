"""The versions of the scoring profile in the admin, which are read-only."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from matching.core.calibration import Calibration
from matching.core.weights import EvidenceWeights
from matching.models import StoredProfile
from matching.services import build_scoring_profile
from matching.services.profiles import current_profile, ensure_profile
from tests.support.factories import StaffFactory
from tests.support.web_client import page, signed_in

pytestmark = pytest.mark.django_db


def test_staff_see_which_version_is_in_use_and_what_it_knows(fake_encoder: Any) -> None:
    first, second = build_scoring_profile(), build_scoring_profile()
    desk = signed_in(StaffFactory.create(), "en")
    listed = page(desk.get(reverse("admin:matching_storedprofile_changelist")))
    assert listed.count("fake-32") == 2
    address = reverse("admin:matching_storedprofile_change", args=[second.pk])
    text = page(desk.get(address))
    for words in ("text_image", "delay_days", "1.80 ± 1.10", "0.70"):
        assert words in text
    assert desk.post(address, {"is_current": ""}).status_code == 403
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.is_current, second.is_current) == (False, True)


def test_the_learning_report_is_shown(fake_encoder: Any) -> None:
    stored = build_scoring_profile()
    report = {"stage": "platt", "confirmed": 31, "loss": {"before": 0.41234, "after": 0.3}}
    StoredProfile.objects.filter(pk=stored.pk).update(report=report)
    desk = signed_in(StaffFactory.create(), "en")
    text = page(desk.get(reverse("admin:matching_storedprofile_change", args=[stored.pk])))
    for words in ("platt", "31", "before 0.412, after 0.300"):
        assert words in text


def test_what_was_learnt_from_open_posts_is_shown_with_the_reason(fake_encoder: Any) -> None:
    stored = build_scoring_profile()
    rounds = [
        {"is_adopted": True, "cold": 0.31, "likelihood": 0.52, "penalty": 20.0},
        {"is_adopted": False, "cold": 0.3, "likelihood": 0.4, "penalty": None},
    ]
    learnt = Calibration(
        slopes={"text_text": 0.25}, tails={"text_text": 1.4}, report={"rounds": rounds}
    )
    profile = stored.profile.with_(calibration=learnt)
    StoredProfile.objects.filter(pk=stored.pk).update(data=profile.to_bytes())
    desk = signed_in(StaffFactory.create(), "en")
    text = page(desk.get(reverse("admin:matching_storedprofile_change", args=[stored.pk])))
    for words in ("× 0.25", "1.40", "(0.52; cold start 0.31)", "refused"):
        assert words in text


def test_a_profile_of_an_older_release_is_built_anew(fake_encoder: Any) -> None:
    stored = build_scoring_profile()
    weights = {**EvidenceWeights().as_json(), "bias": 1.0}
    StoredProfile.objects.filter(pk=stored.pk).update(data=b"PK old", weights=weights)
    StoredProfile.objects.filter(pk=stored.pk).update(created_at=timezone.now())
    assert current_profile(stored.fingerprint) is None
    profile = ensure_profile(stored.fingerprint)
    assert profile.version > stored.pk
    assert profile.evidence_weights == EvidenceWeights()
