"""Readable device names from the User-Agent header."""

import re
from typing import Final

from django.utils.translation import gettext as _

# The order matters: nearly every browser also claims to be Chrome, Safari and Mozilla.
BROWSERS: Final = (
    ("Edg", "Edge"),
    ("EdgiOS", "Edge"),
    ("Whale", "Whale"),
    ("SamsungBrowser", "Samsung Internet"),
    ("OPR", "Opera"),
    ("KAKAOTALK", "KakaoTalk"),
    ("NAVER", "NAVER"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("HeadlessChrome", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
MAX_NAME_CHARS: Final = 40


def device_name(user_agent: str) -> str:
    """Browser and system, such as "Chrome · Windows"; for an app, the name that it sends."""
    browser = next((name for mark, name in BROWSERS if re.search(rf"\b{mark}\b", user_agent)), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    if not browser:
        product = re.match(r"[^\s/();]+", user_agent)
        browser = product[0][:MAX_NAME_CHARS] if product and product[0] != "Mozilla" else ""
    return " · ".join(part for part in (browser, system) if part) or _("Unknown device")
