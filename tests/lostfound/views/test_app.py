"""The site as an app on a phone: manifest, service worker and offline page."""

import json

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from tests.support.web_client import page


@pytest.mark.parametrize(("language", "name"), [("ko", "분실물 찾기"), ("en", "Lost and Found")])
def test_the_manifest_speaks_the_readers_language(language: str, name: str) -> None:
    answer = Client(headers={"accept-language": language}).get("/manifest.webmanifest")
    assert answer.headers["Content-Type"] == "application/manifest+json"
    manifest = json.loads(answer.content)
    assert (manifest["short_name"], manifest["lang"]) == (name, language)
    assert manifest["start_url"] == "/" and manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        path = finders.find(icon["src"].removeprefix("/static/"))
        assert isinstance(path, str)
        with Image.open(path) as drawn:
            assert "{}x{}".format(*drawn.size) == icon["sizes"]


def test_the_service_worker_keeps_nothing_personal() -> None:
    answer = Client().get("/sw.js")
    script = page(answer)
    assert answer.headers["Content-Type"] == "text/javascript"
    kept = json.loads(script.partition("const KEPT = ")[2].partition(";")[0])
    assert kept[0] == "/offline/"
    assert all(path == "/offline/" or path.startswith("/static/") for path in kept)
    assert "/* kept */" not in script


@pytest.mark.django_db
def test_the_offline_page_names_nobody(admin_client: Client) -> None:
    text = page(admin_client.get("/offline/"))
    assert "admin" not in text and "csrf" not in text


def test_the_offline_page_speaks_both_languages_and_asks_for_the_same_address() -> None:
    for language in ("ko", "en"):
        text = page(Client(headers={"accept-language": language}).get("/offline/"))
        assert "지금은 인터넷에 연결되어 있지 않아요" in text and "You are offline" in text
        assert text.count('href=""') == 2 and 'href="/"' not in text
