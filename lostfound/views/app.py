"""What a phone needs to install the site as an app: manifest, service worker, offline page."""

from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

ICONS: Final = (
    ("lostfound/icon-192.png", "192x192", "any"),
    ("lostfound/icon-512.png", "512x512", "any"),
    ("lostfound/icon-maskable-512.png", "512x512", "maskable"),
)
WORKER: Final = "lostfound/service_worker.js"
KEPT_FILES: Final = tuple(
    f"lostfound/{name}"
    for name in ("ground.css", "frame.css", "pieces.css", "icons.svg", "favicon.svg")
)


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """The web app manifest, in the reader's language."""
    shortcuts = (("lostfound:new_lost", _("I lost something")), ("matching:search", _("Search")))
    content = {
        "id": "/",
        "name": _("Campus Lost and Found"),
        "short_name": _("Lost and Found"),
        "lang": get_language(),
        "start_url": reverse("lostfound:home"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f5f1",
        "theme_color": "#ffffff",
        "icons": [
            {"src": static(name), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for name, sizes, purpose in ICONS
        ],
        "shortcuts": [{"name": name, "url": reverse(view)} for view, name in shortcuts],
    }
    return JsonResponse(content, content_type="application/manifest+json")


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker, served from the root because its address limits its scope."""
    kept = [reverse("lostfound:offline"), *(static(name) for name in KEPT_FILES)]
    script = _worker_source().replace("[/* kept */]", str(kept).replace("'", '"'))
    return HttpResponse(
        script, content_type="text/javascript", headers={"Cache-Control": "no-cache"}
    )


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The page for when there is no network, in every language and without personal data."""
    return render(request, "lostfound/offline.html", {"languages": dict(settings.LANGUAGES)})


@lru_cache(maxsize=1)
def _worker_source() -> str:
    path = finders.find(WORKER)
    assert isinstance(path, str), f"{WORKER} is not among the static files"
    return Path(path).read_text(encoding="utf-8")
