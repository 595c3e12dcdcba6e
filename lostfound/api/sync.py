"""What has changed since a device last asked: posts, deletions and messages, in bounded pages."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.core import signing
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lostfound import selectors
from lostfound.api import problem_types
from lostfound.api.problems import problems
from lostfound.api.serializers.me import SyncOut
from lostfound.http import signed_in
from lostfound.models import DeletedPost, User
from lostfound.services.posts import DELETIONS_KEPT_FOR

MOST_AT_ONCE: Final = 100  # of posts, of deletions, and of messages
# A change is visible once its transaction ends; a device gets what is near twice, and nothing late.
OVERLAP: Final = timedelta(seconds=60)
CURSOR_SALT: Final = "lostfound.sync"


class TooOld(APIException):
    """What was deleted so long ago is no longer known."""

    status_code, default_code, default_detail = problem_types.TOO_OLD


@dataclass(frozen=True)
class Reading:
    """One reading of all that has changed, over as many answers as it takes.

    Each kind of row is read in the order of its keys. What changes in the meantime, behind the
    place that was reached, comes with the next reading, which begins where this one began.

    Attributes:
        since: from when on; None reads everything, and no deletions.
        began_at: when its first answer was given.
        after: the last key that was sent, by kind of row.
    """

    since: datetime | None
    began_at: datetime
    after: dict[str, int] = field(default_factory=dict)

    @property
    def cursor(self) -> str:
        """The reading in a word that a device sends back as it is."""
        since = self.since and self.since.isoformat()
        return signing.dumps([since, self.began_at.isoformat(), self.after], salt=CURSOR_SALT)

    @classmethod
    def of_cursor(cls, cursor: str) -> "Reading":
        """The reading that a cursor goes on with.

        Raises: ValidationError
        """
        try:
            since, began_at, after = signing.loads(cursor, salt=CURSOR_SALT)
        except signing.BadSignature as unknown:
            message = _("This cursor is none of ours. Send the one of the last answer.")
            raise ValidationError({"cursor": [message]}, code="invalid") from unknown
        moment = datetime.fromisoformat
        return cls(since and moment(since), moment(began_at), after)


class SyncView(APIView):
    """Everything that a device has to know to be up to date."""

    @extend_schema(
        operation_id="sync",
        parameters=[
            OpenApiParameter(
                "updated_since",
                description=(
                    "synced_at of the last answer; without it, everything is sent. Each reading "
                    "begins 60 seconds before the last one did: what is near may come twice."
                ),
            ),
            OpenApiParameter(
                "cursor",
                description=(
                    "cursor of the last answer while has_more; updated_since is not needed then."
                ),
            ),
        ],
        responses={200: SyncOut, **problems(400, 401, 410)},
    )
    def get(self, request: Request) -> Response:
        """Read what has changed since, at most 100 posts, deletions and messages at once."""
        asked = request.query_params
        reading = Reading.of_cursor(asked["cursor"]) if "cursor" in asked else _begun(asked)
        answer: dict[str, Any] = {}
        after = dict(reading.after)
        has_more = False
        for name, rows in _changed(signed_in(request), reading.since).items():
            page = list(rows.filter(pk__gt=after.get(name, 0)).order_by("pk")[: MOST_AT_ONCE + 1])
            has_more |= len(page) > MOST_AT_ONCE
            answer[name] = page[:MOST_AT_ONCE]
            if page:
                after[name] = answer[name][-1].pk
        goes_on = Reading(reading.since, reading.began_at, after)
        answer |= {
            "has_more": has_more,
            "cursor": goes_on.cursor if has_more else None,
            "synced_at": None if has_more else reading.began_at - OVERLAP,
        }
        return Response(SyncOut(answer).data)


def _begun(asked: Any) -> Reading:
    """A new reading.

    Raises: TooOld, ValidationError
    """
    given, now = asked.get("updated_since"), timezone.now()
    since = _moment(given) if given is not None else None
    if since is not None and now - since > DELETIONS_KEPT_FOR:
        raise TooOld
    return Reading(since, now)


def _changed(user: User, since: datetime | None) -> dict[str, QuerySet[Any]]:
    """What is the person's own and has changed, by the names of the answer."""
    posts = selectors.posts_of(user)
    deleted = DeletedPost.objects.filter(author=user)
    told = selectors.notifications_of(user)
    if since is None:  # a device that knows nothing has nothing to forget
        return {"posts": posts, "deleted": deleted.none(), "notifications": told}
    return {
        "posts": posts.filter(updated_at__gte=since),
        "deleted": deleted.filter(deleted_at__gte=since),
        "notifications": told.filter(Q(created_at__gte=since) | Q(read_at__gte=since)),
    }


def _moment(text: str) -> datetime:
    """The moment in UTC.

    Raises: ValidationError
    """
    try:
        found = parse_datetime(text.replace(" ", "+"))
        if found is not None:
            aware = found if timezone.is_aware(found) else timezone.make_aware(found)
            return aware.astimezone(UTC)
    except (ValueError, OverflowError):  # no such day, or one that UTC has no year for
        pass
    message = _("This is no moment. Please write it like 2026-03-31T09:00:00Z.")
    raise ValidationError({"updated_since": [message]}, code="invalid")
