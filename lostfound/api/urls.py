"""The people's side of /api/v1/."""

from django.urls import path

from lostfound.api import campus, posts

urlpatterns = [
    path("posts/", posts.PostsView.as_view(), name="api-posts"),
    path("posts/<uuid:public_id>/", posts.PostView.as_view(), name="api-post"),
    path("posts/<uuid:public_id>/close/", posts.ClosePostView.as_view(), name="api-post-close"),
    path("posts/<uuid:public_id>/reopen/", posts.ReopenPostView.as_view(), name="api-post-reopen"),
    path("posts/<uuid:public_id>/photos/", posts.PostPhotosView.as_view(), name="api-post-photos"),
    path(
        "posts/<uuid:public_id>/photos/<uuid:photo_id>/",
        posts.PostPhotoView.as_view(),
        name="api-post-photo",
    ),
    path("categories/", campus.CategoriesView.as_view(), name="api-categories"),
    path("places/", campus.PlacesView.as_view(), name="api-places"),
    path("notifications/", campus.NotificationsView.as_view(), name="api-notifications"),
    path(
        "notifications/<int:pk>/read/",
        campus.ReadNotificationView.as_view(),
        name="api-notification-read",
    ),
    path("me/", campus.MeView.as_view(), name="api-me"),
]
