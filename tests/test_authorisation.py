"""Who gets what at every address of the site. A route that this table does not know is a failure.

The people's pages and the API are listed one by one. The admin is held to one rule for all its
pages, and the sign-in pages of allauth are its own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Permission
from django.test import Client
from django.test.client import MULTIPART_CONTENT
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from rest_framework.views import APIView

from lostfound.models import Notification, Office, Post, User
from matching.models import IntakeQuestion, Match, MatchDecision, decision_version
from matching.services import ask_intake, reject_match
from tests.support.builders import make_post, notified, upload
from tests.support.factories import MatchFactory, StaffFactory, UserFactory
from tests.support.item_routes import ITEM_TABLE

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

# The author last, whose writes count. The things of the scene are kept at the office of "staff".
ROLES: Final = ("anonymous", "other", "staff", "elsewhere", "author")
# 302 without a sign-in leads to the sign-in page; 404 is what somebody else's thing answers.
SIGN_IN: Final = 302
MINE: Final = (SIGN_IN, 404, 404, 404, 200)
EACH_OWN: Final = (SIGN_IN, 200, 200, 200, 200)
API_MINE: Final = (401, 404, 404, 404, 200)
API_OWN: Final = (401, 200, 200, 200, 200)
ANYBODY: Final = (200, 200, 200, 200, 200)
TOO_LATE: Final = (401, 403, 200, 409, 403)
OFFICE: Final = (401, 403, 200, 200, 403)
AT_THIS_OFFICE: Final = (401, 403, 200, 403, 403)

Statuses = tuple[int, int, int, int, int]

# (route, method): what anonymous, another student, staff, staff of another office, author get.
TABLE: Final[dict[tuple[str, str], Statuses]] = {
    ("lostfound:home", "get"): ANYBODY,
    ("lostfound:posts", "get"): EACH_OWN,
    ("lostfound:new_lost", "get"): EACH_OWN,
    ("lostfound:new_lost", "post"): (SIGN_IN, 302, 302, 302, 302),
    ("lostfound:new_found", "get"): EACH_OWN,
    ("lostfound:new_found", "post"): (SIGN_IN, 302, 302, 302, 302),
    ("lostfound:post", "get"): (SIGN_IN, 404, 200, 200, 200),
    ("lostfound:edit_post", "get"): MINE,
    ("lostfound:edit_post", "post"): (SIGN_IN, 404, 404, 404, 302),
    ("lostfound:close_post", "get"): MINE,
    ("lostfound:close_post", "post"): (SIGN_IN, 404, 404, 404, 302),
    ("lostfound:reopen_post", "post"): (SIGN_IN, 404, 404, 404, 302),
    ("lostfound:delete_post", "get"): MINE,
    ("lostfound:delete_post", "post"): (SIGN_IN, 404, 404, 404, 302),
    ("lostfound:photo", "get"): (404, 404, 200, 200, 200),
    ("lostfound:thing", "get"): ANYBODY,
    ("lostfound:manifest", "get"): ANYBODY,
    ("lostfound:service_worker", "get"): ANYBODY,
    ("lostfound:offline", "get"): ANYBODY,
    ("lostfound:notifications", "get"): EACH_OWN,
    ("lostfound:notifications_read", "post"): (SIGN_IN, 302, 302, 302, 302),
    ("lostfound:open_notification", "post"): (SIGN_IN, 404, 404, 404, 302),
    ("lostfound:sign_out_device", "post"): (SIGN_IN, 404, 404, 404, 302),
    ("lostfound:preferences", "get"): EACH_OWN,
    ("lostfound:privacy", "get"): ANYBODY,
    ("lostfound:terms", "get"): ANYBODY,
    ("lostfound:consent", "get"): (SIGN_IN, 302, 302, 302, 302),  # nothing is asked
    ("lostfound:consent", "post"): (SIGN_IN, 302, 302, 302, 302),
    ("lostfound:delete_account", "get"): EACH_OWN,
    ("lostfound:delete_account", "post"): (SIGN_IN, 200, 200, 200, 200),  # without the password
    ("lostfound:export_account", "get"): EACH_OWN,
    ("lostfound:language", "post"): (302, 302, 302, 302, 302),
    # A fragment of the post's page; without htmx it leads there.
    ("matching:state", "get"): (SIGN_IN, 404, 302, 302, 302),
    ("matching:answer", "post"): (SIGN_IN, 404, 404, 404, 302),
    ("matching:search", "get"): ANYBODY,
    ("matching:search_photo", "post"): (302, 302, 302, 302, 302),  # back to the search, with a word
    ("matching:ask_intake", "post"): (SIGN_IN, 202, 202, 202, 202),
    ("matching:intake", "get"): MINE,
    ("set_language", "post"): (302, 302, 302, 302, 302),
    ("api-posts", "get"): API_OWN,
    ("api-posts", "post"): (401, 201, 201, 201, 201),
    ("api-post", "get"): API_MINE,
    ("api-post", "patch"): API_MINE,
    ("api-post", "delete"): (401, 404, 404, 404, 204),
    ("api-post-close", "post"): API_MINE,
    ("api-post-reopen", "post"): API_MINE,
    ("api-post-photos", "post"): API_MINE,
    ("api-post-photo", "delete"): (401, 404, 404, 404, 204),
    ("api-post-photos-order", "put"): API_MINE,
    ("api-thing", "get"): ANYBODY,
    ("api-search", "get"): ANYBODY,
    ("api-search-photo", "post"): (503, 503, 503, 503, 503),  # nobody answers in a test
    ("api-sync", "get"): API_OWN,
    ("api-notifications-read", "post"): (401, 204, 204, 204, 204),
    ("api-notification-choices", "get"): API_OWN,
    ("api-notification-choices", "put"): API_OWN,
    ("api-devices", "get"): API_OWN,
    ("api-device", "delete"): (401, 404, 404, 404, 204),
    ("api-office-posts", "get"): OFFICE,
    ("api-office-posts", "post"): (401, 403, 201, 201, 403),
    ("api-office-post", "get"): OFFICE,
    ("api-office-post", "patch"): AT_THIS_OFFICE,
    ("api-office-post-close", "post"): AT_THIS_OFFICE,
    ("api-office-post-reopen", "post"): AT_THIS_OFFICE,
    ("api-office-post-photos-order", "put"): AT_THIS_OFFICE,
    ("api-office-post-photo", "delete"): (401, 403, 204, 404, 403),  # gone once it is removed
    ("api-review-next", "post"): OFFICE,
    ("api-review-pair", "get"): OFFICE,
    # Pairs are judged by all offices; whoever comes second comes too late.
    ("api-review-confirm", "post"): TOO_LATE,
    ("api-review-reject", "post"): TOO_LATE,
    ("api-review-skip", "post"): (401, 403, 204, 204, 403),
    ("api-review-undo", "post"): TOO_LATE,
    ("api-post-answer", "put"): API_MINE,
    ("api-post-answer", "delete"): (401, 404, 404, 404, 204),
    ("api-categories", "get"): ANYBODY,
    ("api-colours", "get"): ANYBODY,
    ("api-places", "get"): ANYBODY,
    ("api-notifications", "get"): API_OWN,
    ("api-notification-read", "post"): API_MINE,
    ("api-me", "get"): API_OWN,
    ("api-me", "patch"): API_OWN,
    ("api-me-delete", "post"): (401, 400, 400, 400, 400),  # without the password
    ("api-me-export", "get"): API_OWN,
    ("api-me-consent", "get"): API_OWN,
    ("api-me-consent", "post"): (401, 400, 400, 400, 400),  # without texts
    ("api-legal", "get"): ANYBODY,
    ("api-post-matching", "get"): API_MINE,
    ("api-post-suggestions", "get"): API_MINE,
    ("api-post-timeline", "get"): API_MINE,
    ("api-post-police", "get"): API_MINE,
    ("api-intake", "post"): (401, 202, 202, 202, 202),
    ("api-intake-answer", "get"): API_MINE,
    ("schema", "get"): ANYBODY,
    ("api-docs", "get"): ANYBODY,
}
# What each of them reads about one thing, and not a field more.
# A name with a dot belongs to a thing within it; an empty list tells nothing.
OWN: Final = {
    "id",
    "number",
    "kind",
    "status",
    "title",
    "description",
    "category",
    "colour",
    "building",
    "place_note",
    "happened_on",
    "happened_until",
    "office",
    "kept_note",
    "photos",
    "created_at",
    "updated_at",
}
AT_THE_OFFICE: Final = OWN | {*("author", "shelf", "hidden_facts", "public_title", "code", "state")}
PUBLIC: Final = {
    "id",
    "kind",
    "title",
    "category",
    "colour",
    "building",
    "happened_on",
    "happened_until",
    "thumbnail_url",
}
OWN_NOTIFICATION: Final = {
    *("id", "kind", "title", "message", "advice", "kept_at", "post", "claim"),
    *("created_at", "read_at"),
}
PERSON: Final = {"username", "email", "language", "wants_email", "is_staff", "office"}
CHOICE: Final = {"kind", "in_app", "by_email"}
PERSONAL_DATA: Final = {
    *(
        "posts",
        "claims",
        "receipts",
        "notifications",
        "notification_choices",
        "devices",
        "consents",
    ),
}
DECISION: Final = {"id", "pair", "action", "reason", "note", "at"}
PROPOSALS: Final = {"status", "category", "colour"}


def within(name: str, fields: set[str]) -> set[str]:
    """A thing within a thing."""
    return {name} | {f"{name}.{field}" for field in fields}


OWN_DATA: Final = PERSONAL_DATA | within(
    "person",
    {*("username", "email", "name", "language", "wants_email", "joined", "last_signed_in")},
)
SUGGESTION: Final = {
    *("id", "status", "likeness", "likeness_words", "created_at", "answer", "kept_at")
} | within("post", PUBLIC)
PAIR: Final = (
    {
        "id",
        "version",
        "status",
        "score",
        "facts",
        "terms",
        "reasons_for",
        "reasons_against",
        "gates",
        "answer",
        "look_alikes",
        "held_by",
    }
    | within("lost", AT_THE_OFFICE)
    | within("found", AT_THE_OFFICE)
)
FIELDS: Final[dict[str, set[str]]] = {
    "api-posts": OWN,
    "api-post": OWN,
    "api-post-close": OWN,
    "api-post-reopen": OWN,
    "api-post-photos": OWN,
    "api-post-photos-order": OWN,
    "api-office-posts": AT_THE_OFFICE,
    "api-office-post": AT_THE_OFFICE,
    "api-office-post-close": AT_THE_OFFICE,
    "api-office-post-reopen": AT_THE_OFFICE,
    "api-office-post-photos-order": AT_THE_OFFICE,
    "api-thing": PUBLIC | {"status", "office"},
    "api-search": {"why"} | within("thing", PUBLIC),
    "api-sync": {"posts", "deleted", "notifications", "synced_at", "has_more", "cursor"},
    "api-notifications": OWN_NOTIFICATION,
    "api-notification-read": OWN_NOTIFICATION,
    "api-notification-choices": CHOICE,
    "api-me": PERSON,
    "api-me-consent": {"missing"},
    "api-legal": set(),  # none is published
    "api-me-export": OWN_DATA,
    "lostfound:export_account": OWN_DATA,
    "api-devices": {"id", "name", "ip", "created_at", "last_seen_at", "is_current"},
    "api-categories": {"code", "name_ko", "name_en", "categories"},
    "api-colours": {"code", "name_ko", "name_en"},
    "api-places": {"zones", "offices"},
    "api-post-matching": {"status", "suggestion_count", "is_waiting", "waiting_reason"},
    "api-post-suggestions": SUGGESTION,
    "api-post-police": set(),  # of a found post there are none
    "api-post-timeline": {"name", "label", "state", "at"},
    "api-post-answer": SUGGESTION,
    "api-intake": PROPOSALS | {"id"},
    "api-intake-answer": PROPOSALS | {"id"},
    "api-review-next": {"left"} | within("pair", PAIR),
    "api-review-pair": PAIR,
    "api-review-confirm": DECISION,
    "api-review-reject": DECISION,
    "api-review-undo": DECISION,
    "matching:ask_intake": PROPOSALS | {"url"},
    "matching:intake": PROPOSALS | {"url"},
}
# Sign-in, sign-out and device tokens, with allauth's own checks; tests/lostfound/api holds ours.
FOREIGN: Final = ("account_", "mfa_", "usersessions_", "headless:")
NAMELESS: Final = (
    r"^api/(?P<unknown>(?s:.*))\Z",
)  # 404 in JSON, tests/lostfound/api/test_problems.py


@dataclass
class Scene:
    """A lost post with a photograph, a notification about it, and five people who request it."""

    people: dict[str, User | None]
    post: Post
    thing: Post
    pair: Match
    notification: Notification
    question: IntakeQuestion
    device: UserSession
    photo_id: UUID  # of the thing; it may be deleted before its address is requested

    def address(self, route: str) -> str:
        photo = self.post.photos.get()
        by_route: dict[str, dict[str, Any]] = {
            "lostfound:photo": {"public_id": photo.public_id, "size": "full"},
            "api-post-photo": {"public_id": self.post.public_id, "photo_id": photo.public_id},
            "lostfound:open_notification": {"pk": self.notification.pk},
            "api-notification-read": {"pk": self.notification.pk},
            "matching:intake": {"public_id": self.question.public_id},
            "api-intake-answer": {"public_id": self.question.public_id},
            "lostfound:thing": {"public_id": self.thing.public_id},
            "api-thing": {"public_id": self.thing.public_id},
            "api-office-post": {"public_id": self.thing.public_id},
            "matching:answer": {"public_id": self.post.public_id, "pk": self.pair.pk},
            "api-post-answer": {"public_id": self.post.public_id, "pk": self.pair.pk},
            "api-device": {"pk": self.device.pk},
            "lostfound:sign_out_device": {"pk": self.device.pk},
        }
        if route.startswith("api-office-post-"):
            there = {"public_id": self.thing.public_id}
            shown = {"photo_id": self.photo_id} if route.endswith("-photo") else {}
            return reverse(route, kwargs=there | shown)
        if route == "api-review-undo":
            staff = self.people["staff"]
            assert staff is not None
            decision = MatchDecision.objects.first() or reject_match(self.pair, actor=staff)
            return reverse(route, kwargs={"public_id": decision.public_id})
        if route.startswith("api-review-") and route != "api-review-next":
            return reverse(route, kwargs={"pk": self.pair.pk})
        of_post = route.partition(":")[2] in OF_A_POST or route.startswith("api-post-")
        usual = {"public_id": self.post.public_id} if of_post or route == "api-post" else {}
        return reverse(route, kwargs=by_route.get(route, usual))


OF_A_POST: Final = {"post", "edit_post", "close_post", "reopen_post", "delete_post", "state"}


FOR_ALL: Final = ("lostfound:language", "set_language", "matching:search_photo")
PUTS: Final[dict[str, Callable[[Scene], dict[str, Any]]]] = {
    "api-post-answer": lambda scene: {"answer": "mine"},
    "api-post-photos-order": lambda scene: {
        "photos": [str(photo.public_id) for photo in scene.post.photos.all()]
    },
    "api-office-post-photos-order": lambda scene: {"photos": [str(scene.photo_id)]},
    "api-notification-choices": lambda scene: {
        "kind": "suggested",
        "in_app": True,
        "by_email": False,
    },
}


@pytest.fixture
def scene() -> Scene:
    author = UserFactory.create()
    post = make_post(author=author, kind="lost", photos=1)
    notification = notified(author, post, Notification.Kind.MATCH_CONFIRMED)
    question = ask_intake(author, title="우산")
    here, there = Office.objects.all()[:2]
    needed = ("view_post", "add_post", "change_post", "change_match")
    people: dict[str, User | None] = {
        "anonymous": None,
        "other": UserFactory.create(),
        "author": author,
        "staff": StaffFactory.create(is_superuser=False, office=here),
        "elsewhere": StaffFactory.create(is_superuser=False, office=there),
    }
    for role in ("staff", "elsewhere"):
        person = people[role]
        assert person is not None
        person.user_permissions.set(Permission.objects.filter(codename__in=needed))
    thing = make_post(kind="found", title="습득물", office=here, photos=1)
    pair = MatchFactory.create(lost=post, found=thing)
    MatchFactory.create()  # one for each of them
    device = UserSession.objects.create(user=author, ip="127.0.0.1", session_key="x" * 32)
    photo_id = thing.photos.get().public_id
    return Scene(people, post, thing, pair, notification, question, device, photo_id)


def browser(user: User | None) -> Client:
    client = Client(headers={"accept-language": "en"})
    if user is not None:
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def body_of(route: str, version: str) -> dict[str, Any]:
    """A valid body, so that only the person decides the outcome."""
    words = {"title": "파란 우산", "kept_note": "과사무실", "happened_on": "2026-03-02"}
    if route == "api-posts":
        return {"kind": "lost", **words}
    if route == "api-post-photos":
        return {"photos": [upload(7)]}
    if route in ("api-search-photo", "matching:search_photo"):
        return {"photo": upload(7)}
    if route in ("api-review-confirm", "api-review-reject"):
        return {"version": version}
    if route == "api-office-posts":
        return words
    if route == "api-intake":
        return {"title": words["title"]}
    return {**words, "language": "en", "next": "/", "answer": "mine"}


ONLY_JSON: Final = ("api-review-confirm", "api-review-reject", "api-me-delete", "api-me-consent")


def fields_of(body: Any) -> set[str]:
    """The fields shown of one thing: in a response, a row of a list, or a page."""
    rows = body.get("results", body) if isinstance(body, dict) else body
    if isinstance(rows, list):
        rows = rows[0] if rows else {}
    inner = [within(name, fields_of(row)) for name, row in rows.items() if isinstance(row, dict)]
    return set(rows).union(*inner)


# Drawing the schema for the first time takes two seconds.
SLOW: Final = ("schema", "get")


@pytest.mark.parametrize(
    ("route", "method"),
    [pytest.param(*one, marks=[pytest.mark.slow] if one == SLOW else []) for one in TABLE],
    ids=lambda value: value,
)
def test_each_person_gets_what_the_table_says(route: str, method: str, scene: Scene) -> None:
    if "reopen" in route:
        Post.objects.update(status=Post.Status.CLOSED)
    got = []
    for role in ROLES:
        client, address = browser(scene.people[role]), scene.address(route)
        if method == "patch":
            change = {"language": "en"} if route == "api-me" else {"title": "남색 우산"}
            answer = client.patch(address, change, content_type="application/json")
        elif method == "post":
            body = body_of(route, decision_version(scene.pair))
            kind = "application/json" if route in ONLY_JSON else MULTIPART_CONTENT
            answer = client.post(address, body, content_type=kind)
        elif method == "put":
            answer = client.put(address, PUTS[route](scene), content_type="application/json")
        else:
            answer = getattr(client, method)(address)
        got.append(answer.status_code)
        if answer.headers.get("Content-Type") == "application/json":
            assert fields_of(answer.json()) in (FIELDS[route], set()), role
        if got[-1] == SIGN_IN and TABLE[route, method][ROLES.index(role)] == SIGN_IN:
            to_sign_in = answer.headers["Location"].startswith(reverse("account_login"))
            may_write = role != "anonymous" or route in FOR_ALL
            assert to_sign_in is not may_write, (role, answer.headers["Location"])
        if role != "author":
            assert Post.objects.filter(pk=scene.post.pk, title="파란 우산").exists()
    assert tuple(got) == TABLE[route, method]


# Requested by a script, which follows no redirect.
BY_SCRIPT: Final = ("matching:ask_intake",)


@pytest.mark.parametrize(
    "route",
    [
        route
        for (route, method), (anonymous, *_signed_in) in TABLE.items()
        if method == "post" and anonymous == SIGN_IN and route not in (*FOR_ALL, *BY_SCRIPT)
    ],
)
def test_signing_in_again_leads_back_to_a_page(route: str, scene: Scene) -> None:
    """After signing in, the address of a button or form is opened by GET, without its data."""
    author = scene.people["author"]
    assert author is not None
    if "reopen" in route:
        Post.objects.update(status=Post.Status.CLOSED)
    client, address = browser(None), scene.address(route)
    sent_to = client.post(address, body_of(route, "")).headers["Location"]
    assert sent_to == f"{reverse('account_login')}?next={address}"
    client.force_login(author, "django.contrib.auth.backends.ModelBackend")
    answer = client.get(address, follow=True)
    assert answer.status_code == 200
    assert all(status == 302 and to.startswith("/") for to, status in answer.redirect_chain)


def routes(resolver: URLResolver, prefix: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """Every address of the site: pattern and name with its namespace."""
    for pattern in resolver.url_patterns:
        at = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield at, f"{space}{pattern.name or ''}"
        else:
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from routes(pattern, at, space + inner)


def methods_of(resolver: URLResolver) -> Iterator[tuple[str, str]]:
    """Every operation of the API: its name, and each method that it answers."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from methods_of(pattern)
            continue
        view: Any = getattr(pattern.callback, "cls", object)
        if issubclass(view, APIView):
            for method in view().allowed_methods:
                if method not in ("OPTIONS", "HEAD"):
                    yield str(pattern.name), method.lower()


def test_the_table_knows_every_method_of_the_api() -> None:
    found = {row for row in methods_of(get_resolver()) if row[0].startswith("api-")}
    known = {*TABLE, *ITEM_TABLE}
    assert found == {row for row in known if row[0].startswith("api-")}


def test_the_table_knows_every_route() -> None:
    known = {route for route, _ in (*TABLE, *ITEM_TABLE)}
    unknown = [
        (at, name)
        for at, name in routes(get_resolver())
        if name not in known
        and not at.startswith("admin/")
        and not name.startswith(FOREIGN)
        and at not in NAMELESS
    ]
    assert unknown == []


def admin_addresses(match_pk: int) -> list[str]:
    """Each page of the admin; a page of one row with a row that is there."""
    found = []
    for at, name in routes(get_resolver()):
        # Without a name: a bookmark that leads on to one of the others.
        is_nameless = name.rpartition(":")[2] == ""
        if not at.startswith("admin/") or is_nameless or name in ("admin:login", "admin:logout"):
            continue
        if "(?P" in at or "<" in at:
            at = at.replace("<path:object_id>", str(match_pk)).replace("<id>", "1")
        if not any(mark in at for mark in "<(^"):
            found.append(f"/{at}")
    return found


@pytest.mark.slow
@pytest.mark.parametrize("role", ["anonymous", "student"])
def test_nobody_but_staff_sees_any_page_of_the_admin(role: str) -> None:
    match = MatchFactory.create()
    client = browser(None if role == "anonymous" else UserFactory.create())
    addresses = admin_addresses(match.pk)
    assert len(addresses) > 80
    for address in addresses:
        for answer in (client.get(address), client.post(address, {})):
            assert answer.status_code == 302, address
            assert "/login/" in answer.headers["Location"], address
    match.refresh_from_db()
    assert match.status == "suggested"


def test_staff_without_a_permission_may_not_decide() -> None:
    match = MatchFactory.create()
    client = browser(UserFactory.create(is_staff=True))
    for address in (
        reverse("admin:matching_match_changelist"),
        reverse("admin:matching_match_change", args=[match.pk]),
        reverse("admin:matching_match_decide"),
        reverse("admin:lostfound_post_changelist"),
    ):
        assert client.get(address).status_code in (403, 405), address
        assert client.post(address, {"confirm": match.pk}).status_code in (403, 405), address
    match.refresh_from_db()
    assert match.status == "suggested"
