"""The MATCHING settings: each wrong value is told by the name of its key."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from matching.conf import MatchingSettings, matching_settings


def test_settings_of_the_project_are_valid(settings: Any) -> None:
    assert matching_settings().model
    settings.MATCHING = {}
    assert matching_settings() == MatchingSettings()


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("MODEL", "", "empty"),
        ("MODEL", 3, "must be a text"),
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
def test_a_wrong_setting_is_told_by_its_name(
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
