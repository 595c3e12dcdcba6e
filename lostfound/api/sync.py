"""Changes since a device last synchronized: posts, deletions and notifications, in pages."""

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

MOST_AT_ONCE: Final = 100  # posts, deletions and notifications each
# A change becomes visible when its transaction ends, so recent changes are sent twice rather than
# missed.
OVERLAP: Final = timedelta(seconds=60)
CURSOR_SALT: Final = "lostfound.sync"


class TooOld(APIException):
    """Deletions that long ago are no longer recorded."""

    status_code, default_code, default_detail = problem_types.TOO_OLD


@dataclass(frozen=True)
class Reading:
    """One pass over all changes, in as many responses as it takes.

    Each kind of row is read in key order. Rows that change behind the current position meanwhile
    are sent in the next pass, which covers the time from the start of this one.

    Attributes:
        since: only changes from then on; None reads everything, without deletions.
        began_at: when the pass started.
        after: the last key that was sent, by kind of row.
    """

    since: datetime | None
    began_at: datetime
    after: dict[str, int] = field(default_factory=dict)

    @property
    def cursor(self) -> str:
        """The state as an opaque string that the device sends back."""
        since = self.since and self.since.isoformat()
        return signing.dumps([since, self.began_at.isoformat(), self.after], salt=CURSOR_SALT)

    @classmethod
    def of_cursor(cls, cursor: str) -> "Reading":
        """The pass that a cursor continues.

        Raises: ValidationError
        """
        try:
            since, began_at, after = signing.loads(cursor, salt=CURSOR_SALT)
        except signing.BadSignature as unknown:
            message = _("Invalid cursor. Use the one from the previous response.")
            raise ValidationError({"cursor": [message]}, code="invalid") from unknown
        moment = datetime.fromisoformat
        return cls(since and moment(since), moment(began_at), after)


class SyncView(APIView):
    """Everything that a device needs to be up to date."""

    @extend_schema(
        operation_id="sync",
        parameters=[
            OpenApiParameter(
                "updated_since",
                description=(
                    "synced_at of the previous response; without it, everything is sent. Each pass "
                    "starts 60 seconds before the previous one, so recent changes may come twice."
                ),
            ),
            OpenApiParameter(
                "cursor",
                description=(
                    "cursor of the previous response while has_more is true; updated_since is not "
                    "needed then."
                ),
            ),
        ],
        responses={200: SyncOut, **problems(400, 401, 410)},
    )
    def get(self, request: Request) -> Response:
        """Read what has changed: at most 100 posts, deletions and notifications at once."""
        params = request.query_params
        reading = Reading.of_cursor(params["cursor"]) if "cursor" in params else _begun(params)
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


def _begun(params: Any) -> Reading:
    """A new pass.

    Raises: TooOld, ValidationError
    """
    text, now = params.get("updated_since"), timezone.now()
    since = _date_time(text) if text is not None else None
    if since is not None and now - since > DELETIONS_KEPT_FOR:
        raise TooOld
    return Reading(since, now)


def _changed(user: User, since: datetime | None) -> dict[str, QuerySet[Any]]:
    """The person's own rows that have changed, by the response's field names."""
    posts = selectors.posts_of(user)
    deleted = DeletedPost.objects.filter(author=user)
    notifications = selectors.notifications_of(user)
    if since is None:  # a new device has nothing to delete
        return {"posts": posts, "deleted": deleted.none(), "notifications": notifications}
    return {
        "posts": posts.filter(updated_at__gte=since),
        "deleted": deleted.filter(deleted_at__gte=since),
        "notifications": notifications.filter(Q(created_at__gte=since) | Q(read_at__gte=since)),
    }


def _date_time(text: str) -> datetime:
    """Parse an ISO 8601 date-time into UTC.

    Raises: ValidationError
    """
    try:
        found = parse_datetime(text.replace(" ", "+"))
        if found is not None:
            aware = found if timezone.is_aware(found) else timezone.make_aware(found)
            return aware.astimezone(UTC)
    except (ValueError, OverflowError):  # no such day, or out of range in UTC
        pass
    message = _("Not a valid date-time. Use ISO 8601, for example 2026-03-31T09:00:00Z.")
    raise ValidationError({"updated_since": [message]}, code="invalid")
