"""The people's side of /api/v1/."""

from django.urls import path

from lostfound.api import campus, me, office, office_operations, photos, posts, sync

urlpatterns = [
    path("posts/", posts.PostsView.as_view(), name="api-posts"),
    path("posts/<uuid:public_id>/", posts.PostView.as_view(), name="api-post"),
    path("posts/<uuid:public_id>/close/", posts.ClosePostView.as_view(), name="api-post-close"),
    path("posts/<uuid:public_id>/reopen/", posts.ReopenPostView.as_view(), name="api-post-reopen"),
    path("posts/<uuid:public_id>/photos/", photos.PostPhotosView.as_view(), name="api-post-photos"),
    path(
        "posts/<uuid:public_id>/photos/order/",
        photos.PhotoOrderView.as_view(),
        name="api-post-photos-order",
    ),
    path(
        "posts/<uuid:public_id>/photos/<uuid:photo_id>/",
        photos.PostPhotoView.as_view(),
        name="api-post-photo",
    ),
    path("things/<uuid:public_id>/", campus.ThingView.as_view(), name="api-thing"),
    path("categories/", campus.CategoriesView.as_view(), name="api-categories"),
    path("colours/", campus.ColoursView.as_view(), name="api-colours"),
    path("places/", campus.PlacesView.as_view(), name="api-places"),
    path("sync/", sync.SyncView.as_view(), name="api-sync"),
    path("notifications/", me.NotificationsView.as_view(), name="api-notifications"),
    path(
        "notifications/read/",
        me.ReadAllNotificationsView.as_view(),
        name="api-notifications-read",
    ),
    path(
        "notifications/choices/",
        me.NotificationChoicesView.as_view(),
        name="api-notification-choices",
    ),
    path(
        "notifications/<int:pk>/read/",
        me.ReadNotificationView.as_view(),
        name="api-notification-read",
    ),
    path("me/", me.MeView.as_view(), name="api-me"),
    path("devices/", me.DevicesView.as_view(), name="api-devices"),
    path("devices/<int:pk>/", me.DeviceView.as_view(), name="api-device"),
    path("office/posts/", office.OfficePostsView.as_view(), name="api-office-posts"),
    path("office/posts/<uuid:public_id>/", office.OfficePostView.as_view(), name="api-office-post"),
    path(
        "office/posts/<uuid:public_id>/close/",
        office_operations.CloseOfficePostView.as_view(),
        name="api-office-post-close",
    ),
    path(
        "office/posts/<uuid:public_id>/reopen/",
        office_operations.ReopenOfficePostView.as_view(),
        name="api-office-post-reopen",
    ),
    path(
        "office/posts/<uuid:public_id>/photos/order/",
        office_operations.OfficePhotoOrderView.as_view(),
        name="api-office-post-photos-order",
    ),
    path(
        "office/posts/<uuid:public_id>/photos/<uuid:photo_id>/",
        office_operations.OfficePhotoView.as_view(),
        name="api-office-post-photo",
    ),
]
