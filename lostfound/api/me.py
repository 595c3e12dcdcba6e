"""The signed-in person: profile, notifications, preferences and devices."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lostfound import selectors
from lostfound.api.posts import ONE_ERRORS
from lostfound.api.problems import Conflict, problems
from lostfound.api.serializers.me import (
    DeleteMeIn,
    DeviceOut,
    MeIn,
    MeOut,
    NotificationChoiceOut,
    NotificationOut,
    OwnDataOut,
)
from lostfound.http import signed_in
from lostfound.models import Notification, NotificationChoice, User
from lostfound.services import AccountKept, choose_notifications
from lostfound.services.devices import sign_out_device
from lostfound.services.erasing import delete_own_account, own_data


class NotificationsView(generics.ListAPIView[Notification]):
    """The person's notifications."""

    serializer_class = NotificationOut

    def get_queryset(self) -> QuerySet[Notification]:
        """Own notifications, newest first."""
        return selectors.notifications_of(signed_in(self.request))

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
        found = get_object_or_404(selectors.notifications_of(signed_in(request)), pk=pk)
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
        selectors.unread_notifications(signed_in(request)).update(read_at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class NotificationChoicesView(APIView):
    """Which notifications the person wants, in the app and by e-mail."""

    @extend_schema(
        operation_id="notification_choices_list",
        responses={200: NotificationChoiceOut(many=True), **problems(401)},
    )
    def get(self, request: Request) -> Response:
        """List the kinds of notification, each with its two switches."""
        return Response(NotificationChoiceOut(_choices(signed_in(request)), many=True).data)

    @extend_schema(
        operation_id="notification_choices_set",
        request=NotificationChoiceOut,
        responses={200: NotificationChoiceOut(many=True), **problems(400, 401)},
    )
    def put(self, request: Request) -> Response:
        """Set the switches of one kind."""
        data = NotificationChoiceOut(data=request.data)
        data.is_valid(raise_exception=True)
        choose_notifications(signed_in(request), **data.validated_data)
        return Response(NotificationChoiceOut(_choices(signed_in(request)), many=True).data)


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
    """The signed-in person."""

    @extend_schema(operation_id="me_retrieve", responses={200: MeOut, **problems(401)})
    def get(self, request: Request) -> Response:
        """Read who is signed in."""
        return Response(MeOut(signed_in(request)).data)

    @extend_schema(
        operation_id="me_update",
        request=MeIn(partial=True),
        responses={200: MeOut, **problems(400, 401)},
    )
    def patch(self, request: Request) -> Response:
        """Change the language, or whether to get e-mails at all."""
        data = MeIn(signed_in(request), data=request.data, partial=True)
        data.is_valid(raise_exception=True)
        data.save()
        return Response(MeOut(signed_in(request)).data)


class DeleteMeView(APIView):
    """The end of an account."""

    @extend_schema(
        operation_id="me_delete",
        request=DeleteMeIn,
        responses={204: None, **problems(400, 401, 409)},
    )
    def post(self, request: Request) -> Response:
        """Delete the account with everything that the person wrote. This cannot be undone."""
        person = signed_in(request)
        data = DeleteMeIn(data=request.data, context={"person": person})
        data.is_valid(raise_exception=True)
        try:
            delete_own_account(person)
        except AccountKept as kept:
            raise Conflict(str(kept), "account_kept") from kept
        return Response(status=status.HTTP_204_NO_CONTENT)


class MyDataView(APIView):
    """Everything that is stored of the person."""

    @extend_schema(
        operation_id="me_export",
        responses={200: OwnDataOut, **problems(401)},
    )
    def get(self, request: Request) -> Response:
        """Read everything that is stored of the person, photographs by address."""
        return Response(own_data(signed_in(request)))


class DevicesView(APIView):
    """Where the person is signed in."""

    @extend_schema(
        operation_id="devices_list", responses={200: DeviceOut(many=True), **problems(401)}
    )
    def get(self, request: Request) -> Response:
        """List browsers and apps, the most recently used first."""
        rows = UserSession.objects.purge_and_list(signed_in(request))
        rows.sort(key=lambda row: row.last_seen_at, reverse=True)
        context = {"session_key": session_key(request)}
        return Response(DeviceOut(rows, many=True, context=context).data)


class DeviceView(APIView):
    """One device."""

    @extend_schema(operation_id="devices_revoke", responses={204: None, **ONE_ERRORS})
    def delete(self, request: Request, pk: int) -> Response:
        """Sign a device out; its token becomes invalid."""
        sign_out_device(get_object_or_404(UserSession, pk=pk, user=signed_in(request)))
        return Response(status=status.HTTP_204_NO_CONTENT)


def session_key(request: Request) -> str:
    """The key of this request's session, by token or by cookie."""
    by_token = getattr(request.auth, "session_key", None)
    return str(by_token or request._request.session.session_key)
