"""URLs of the people's pages."""

from django.urls import path

from lostfound.views import (
    app,
    devices,
    home,
    notifications,
    photos,
    post_changes,
    posts,
    preferences,
    things,
)
from lostfound.views.redirects import redirects

app_name = "lostfound"

urlpatterns = [
    path("", home.home, name="home"),
    path("posts/", posts.my_posts, name="posts"),
    path("posts/new/lost/", posts.new_post, {"kind": "lost"}, name="new_lost"),
    path("posts/new/found/", posts.new_post, {"kind": "found"}, name="new_found"),
    path("posts/<uuid:public_id>/", posts.post, name="post"),
    path("posts/<uuid:public_id>/edit/", posts.edit, name="edit_post"),
    path("posts/<uuid:public_id>/close/", post_changes.close, name="close_post"),
    path("posts/<uuid:public_id>/reopen/", post_changes.reopen, name="reopen_post"),
    path("posts/<uuid:public_id>/delete/", post_changes.delete, name="delete_post"),
    path("things/<uuid:public_id>/", things.thing, name="thing"),
    path("photos/<uuid:public_id>/<slug:size>/", photos.photo, name="photo"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read/", notifications.mark_all_read, name="notifications_read"),
    path("notifications/<int:pk>/open/", notifications.open_one, name="open_notification"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("accounts/sessions/<int:pk>/end/", devices.sign_out, name="sign_out_device"),
    path("manifest.webmanifest", app.manifest, name="manifest"),
    path("sw.js", app.service_worker, name="service_worker"),
    path("offline/", app.offline, name="offline"),
    path("language/", preferences.language, name="language"),
    *redirects("admin/lostfound/look/", "/admin/lostfound/accesslog/"),
]
