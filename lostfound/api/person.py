"""The person behind the token: messages, how they are told, devices, and what has changed."""

from datetime import timedelta
from typing import Any, Final

from allauth.usersessions.models import UserSession
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lostfound import selectors
from lostfound.api.posts import ONE_ERRORS, person
from lostfound.api.problems import problems
from lostfound.api.serializers.person import (
    DeviceOut,
    MeIn,
    MeOut,
    NotificationChoiceOut,
    NotificationOut,
    SyncOut,
)
from lostfound.models import DeletedPost, Notification, NotificationChoice, User
from lostfound.services import choose_notifications
from lostfound.services.posts import DELETIONS_KEPT_FOR

MOST_AT_ONCE: Final = 100
# A change is visible once its transaction ends; a device gets what is near twice, and nothing late.
OVERLAP: Final = timedelta(seconds=60)


class NotificationsView(generics.ListAPIView[Notification]):
    """What the person was told."""

    serializer_class = NotificationOut

    def get_queryset(self) -> QuerySet[Notification]:
        """Own notifications, newest first."""
        return selectors.notifications_of(person(self.request))

    @extend_schema(
        operation_id="notifications_list",
        responses={200: NotificationOut(many=True), **problems(400, 401)},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List notifications, newest first."""
        return self.list(request, *args, **kwargs)


class ReadNotificationView(APIView):
    """One notification."""

    @extend_schema(
        operation_id="notifications_read",
        request=None,
        responses={200: NotificationOut, **ONE_ERRORS},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Mark a notification as read."""
        found = get_object_or_404(selectors.notifications_of(person(request)), pk=pk)
        Notification.objects.filter(pk=found.pk, read_at=None).update(read_at=timezone.now())
        found.refresh_from_db(fields=["read_at"])
        return Response(NotificationOut(found).data)


class ReadAllNotificationsView(APIView):
    """All notifications at once."""

    @extend_schema(
        operation_id="notifications_read_all",
        request=None,
        responses={204: None, **problems(401)},
    )
    def post(self, request: Request) -> Response:
        """Mark all notifications as read."""
        selectors.unread_notifications(person(request)).update(read_at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class NotificationChoicesView(APIView):
    """In which ways the person wants to be told of what."""

    @extend_schema(
        operation_id="notification_choices_list",
        responses={200: NotificationChoiceOut(many=True), **problems(401)},
    )
    def get(self, request: Request) -> Response:
        """List every kind of message with its two switches."""
        return Response(NotificationChoiceOut(_choices(person(request)), many=True).data)

    @extend_schema(
        operation_id="notification_choices_set",
        request=NotificationChoiceOut,
        responses={200: NotificationChoiceOut(many=True), **problems(400, 401)},
    )
    def put(self, request: Request) -> Response:
        """Set the switches of one kind."""
        data = NotificationChoiceOut(data=request.data)
        data.is_valid(raise_exception=True)
        choose_notifications(person(request), **data.validated_data)
        return Response(NotificationChoiceOut(_choices(person(request)), many=True).data)


def _choices(user: User) -> list[dict[str, Any]]:
    rows = {row.kind: row for row in NotificationChoice.objects.filter(user=user)}
    return [
        {
            "kind": kind,
            "in_app": rows[kind].in_app if kind in rows else True,
            "by_email": rows[kind].by_email if kind in rows else True,
        }
        for kind in Notification.Kind.values
    ]


class MeView(APIView):
    """The person behind the token."""

    @extend_schema(operation_id="me_retrieve", responses={200: MeOut, **problems(401)})
    def get(self, request: Request) -> Response:
        """Read who is signed in."""
        return Response(MeOut(person(request)).data)

    @extend_schema(
        operation_id="me_update",
        request=MeIn(partial=True),
        responses={200: MeOut, **problems(400, 401)},
    )
    def patch(self, request: Request) -> Response:
        """Change the language, or whether e-mails are wanted at all."""
        data = MeIn(person(request), data=request.data, partial=True)
        data.is_valid(raise_exception=True)
        data.save()
        return Response(MeOut(person(request)).data)


class DevicesView(APIView):
    """Where the person is signed in."""

    @extend_schema(
        operation_id="devices_list", responses={200: DeviceOut(many=True), **problems(401)}
    )
    def get(self, request: Request) -> Response:
        """List browsers and apps, the one that was used last first."""
        rows = UserSession.objects.purge_and_list(person(request))
        rows.sort(key=lambda row: row.last_seen_at, reverse=True)
        context = {"session_key": session_key(request)}
        return Response(DeviceOut(rows, many=True, context=context).data)


class DeviceView(APIView):
    """One of them."""

    @extend_schema(operation_id="devices_revoke", responses={204: None, **ONE_ERRORS})
    def delete(self, request: Request, pk: int) -> Response:
        """Sign a device out; its token is worth nothing from now on."""
        get_object_or_404(UserSession, pk=pk, user=person(request)).end()
        return Response(status=status.HTTP_204_NO_CONTENT)


def session_key(request: Request) -> str:
    """The session that this request came in, by token or by cookie."""
    by_token = getattr(request.auth, "session_key", None)
    return str(by_token or request._request.session.session_key)


class TooOld(APIException):
    """What was deleted so long ago is no longer known."""

    status_code = status.HTTP_410_GONE
    default_code = "too_old"


class SyncView(APIView):
    """Everything that a device has to know to be up to date."""

    @extend_schema(
        operation_id="sync",
        parameters=[
            OpenApiParameter(
                "updated_since",
                description="synced_at of the last answer; without it, everything is sent.",
            )
        ],
        responses={200: SyncOut, **problems(400, 401, 410)},
    )
    def get(self, request: Request) -> Response:
        """Read what has changed since; what is near that moment may come twice."""
        user, now = person(request), timezone.now()
        given = request.query_params.get("updated_since")
        since = _moment(given) if given is not None else None
        if since is not None and now - since > DELETIONS_KEPT_FOR:
            raise TooOld(_("That is too long ago. Leave updated_since out, and keep what you get."))
        posts = selectors.posts_of(user).order_by("updated_at", "pk")
        deleted = DeletedPost.objects.filter(author=user).order_by("deleted_at")
        told = selectors.notifications_of(user).order_by("created_at", "pk")
        if since is not None:
            posts = posts.filter(updated_at__gte=since)
            deleted = deleted.filter(deleted_at__gte=since)
            told = told.filter(created_at__gte=since)
        else:
            deleted = deleted.none()
        page = list(posts[: MOST_AT_ONCE + 1])
        has_more = len(page) > MOST_AT_ONCE
        synced_at = now - OVERLAP
        if has_more:
            page.pop()
            synced_at = page[-1].updated_at
            # Whatever was saved in that very moment goes along: the next answer begins after it.
            page += posts.filter(updated_at=synced_at, pk__gt=page[-1].pk)
            synced_at += timedelta(microseconds=1)
        answer = {
            "posts": page,
            "deleted": deleted,
            "notifications": told,
            "synced_at": synced_at,
            "has_more": has_more,
        }
        return Response(SyncOut(answer).data)


def _moment(text: str) -> Any:
    try:
        found = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        found = None
    if found is None:
        message = _("This is no moment. Please write it like 2026-03-31T09:00:00Z.")
        raise ValidationError({"updated_since": [message]}, code="invalid")
    return found if timezone.is_aware(found) else timezone.make_aware(found)
