"""The MATCHING settings: each invalid value is reported with its key."""

from dataclasses import fields
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from lostfound.settings import env
from matching import conf
from matching.conf import MatchingSettings, matching_settings
from matching.encoders.base import CLIP_ENCODER
from matching.services import match_post
from tests.support.pipeline import found, make


def test_settings_of_the_project_are_valid(settings: Any) -> None:
    assert matching_settings().model
    settings.MATCHING = {}
    assert matching_settings() == MatchingSettings()


def test_the_encoder_is_found_where_an_earlier_version_had_it(settings: Any) -> None:
    settings.MATCHING = {"ENCODER": "matching.clip_encoder.ClipEncoder"}
    assert matching_settings().encoder == CLIP_ENCODER


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("MODEL", "", "empty"),
        ("MODEL", 3, "must be a string"),
        ("DEVICE", "tpu", "cpu, cuda"),
        ("DEVICE", "cuda:", "cpu, cuda"),
        ("ENGINE", "onnx", "torch, onnx-fp32, onnx-int8"),
        ("PRECISION", "fp8", "fp32, bf16, fp16"),
        ("PRECISION", "fp16", "100 times slower"),
        ("THREADS", 0, "1 or more"),
        ("THREADS", "two", "whole number"),
        ("TOP_K", 2.5, "whole number"),
        ("LEASE_S", True, "whole number"),
        ("ENCODER", "ClipEncoder", "dotted path"),
        ("STRATEGY", "v9", "Known strategies"),
        ("THRESHOLD", "high", "a number"),
        ("THRESHOLD", 65, "-1 to 1"),
        ("MAX_FOUND_BEFORE_LOST_DAYS", -1, "0 or more"),
        ("MAX_FOUND_BEFORE_LOST_DAYS", float("nan"), "0 or more"),
    ],
)
def test_an_invalid_setting_is_reported_by_name(
    settings: Any, key: str, value: Any, message: str
) -> None:
    settings.MATCHING = {key: value}
    with pytest.raises(ImproperlyConfigured, match=message) as error:
        matching_settings()
    assert f'MATCHING["{key}"]' in str(error.value)
    assert f"MATCHING_{key}" in str(error.value)


def test_an_unknown_setting_is_refused(settings: Any) -> None:
    settings.MATCHING = {"MODELL": "x"}
    with pytest.raises(ImproperlyConfigured, match=r"MODELL.*Known keys"):
        matching_settings()


def test_fp16_is_allowed_on_cuda(settings: Any) -> None:
    settings.MATCHING = {"DEVICE": "cuda:1", "PRECISION": "fp16"}
    assert matching_settings().precision == "fp16"


def test_an_export_computes_on_the_cpu_only(settings: Any) -> None:
    settings.MATCHING = {"DEVICE": "cuda", "ENGINE": "onnx-int8"}
    with pytest.raises(ImproperlyConfigured, match=r"MATCHING_ENGINE.*Set DEVICE to cpu"):
        matching_settings()


@pytest.fixture
def validations(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The validated values, one entry per call."""
    seen: list[object] = []
    validated = conf.validated

    def counted(settings_dict: object) -> MatchingSettings:
        seen.append(settings_dict)
        return validated(settings_dict)

    monkeypatch.setattr(conf, "validated", counted)
    return seen


@pytest.mark.django_db
def test_matching_a_post_validates_the_settings_once(
    settings: Any, fake_encoder: Any, validations: list[object]
) -> None:
    found()
    lost = make()
    settings.MATCHING = dict(settings.MATCHING)
    validations.clear()
    assert match_post(lost.pk) == "matched"
    assert len(validations) == 1


def test_settings_are_read_again_once_they_change(settings: Any, validations: list[object]) -> None:
    settings.MATCHING = {"TOP_K": 7}
    assert [matching_settings().top_k for _ in range(3)] == [7, 7, 7]
    with override_settings(MATCHING={"TOP_K": 8}):
        assert [matching_settings().top_k for _ in range(3)] == [8, 8, 8]
    with override_settings(TIME_ZONE="UTC"):  # not a MATCHING setting
        assert matching_settings().top_k == 7
    assert validations == [{"TOP_K": 7}, {"TOP_K": 8}, {"TOP_K": 7}]


def test_a_wrong_setting_is_refused_until_it_is_right(settings: Any) -> None:
    settings.MATCHING = {"TOP_K": 0}
    for _ in range(2):
        with pytest.raises(ImproperlyConfigured, match="TOP_K"):
            matching_settings()
    settings.MATCHING = {"TOP_K": 1}
    assert matching_settings().top_k == 1
    settings.MATCHING = ["TOP_K"]
    with pytest.raises(ImproperlyConfigured, match="must be a dictionary"):
        matching_settings()


def test_the_environment_has_the_defaults_of_the_code() -> None:
    declared = {one.name: one for one in env.declared}
    for field in fields(MatchingSettings):
        about = declared.get(f"MATCHING_{field.name.upper()}") or declared[field.name.upper()]
        shown = str(field.default).removesuffix(".0")
        if shown and field.default is not None:
            assert about.default.strip("`") == shown, about.name
