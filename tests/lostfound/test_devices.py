"""What a person is told about a device that is signed in as them."""

import pytest
from django.utils import translation

from lostfound.devices import device_name

LIKE_GECKO = "(KHTML, like Gecko)"
WEBKIT = f"AppleWebKit/537.36 {LIKE_GECKO}"
IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1 {LIKE_GECKO}"
PIXEL = f"Mozilla/5.0 (Linux; Android 15; Pixel 8) {WEBKIT}"
WINDOWS = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0.0.0"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (f"{IPHONE} Version/18.1 Mobile/15E148 Safari/604.1", "Safari · iPhone"),
        (f"{IPHONE} CriOS/140.0 Mobile/15E148 Safari/604.1", "Chrome · iPhone"),
        (f"{PIXEL} Chrome/140.0.0.0 Mobile Safari/537.36", "Chrome · Android"),
        (f"{PIXEL} SamsungBrowser/28.0 Chrome/130.0 Safari/537.36", "Samsung Internet · Android"),
        (f"{WINDOWS} Safari/537.36 Edg/140.0.0.0", "Edge · Windows"),
        (f"{WINDOWS} Whale/4.30 Safari/537.36", "Whale · Windows"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox · Linux",
        ),
        ("CampusApp/1.4 (Android 15)", "CampusApp · Android"),
        ("okhttp/4.12.0", "okhttp"),
        ("x" * 200, "x" * 40),
    ],
)
def test_a_device_is_named_by_its_browser_and_system(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name


@pytest.mark.parametrize("user_agent", ["", "Mozilla/5.0", "/", "(;)"])
def test_a_device_that_says_nothing_is_unknown(user_agent: str) -> None:
    with translation.override("en"):
        assert device_name(user_agent) == "Unknown device"
