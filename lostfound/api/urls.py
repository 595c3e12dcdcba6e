"""The people's side of /api/v1/."""

from django.urls import path

from lostfound.api import (
    campus,
    claims,
    item_codes,
    items,
    legal,
    me,
    office,
    office_claims,
    office_facts,
    office_operations,
    photos,
    posts,
    sync,
)

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
    path(
        "things/<uuid:public_id>/prompts/", claims.PromptsView.as_view(), name="api-thing-prompts"
    ),
    path("claims/", claims.ClaimsView.as_view(), name="api-claims"),
    path("claims/<uuid:public_id>/", claims.ClaimView.as_view(), name="api-claim"),
    path(
        "claims/<uuid:public_id>/withdraw/",
        claims.WithdrawClaimView.as_view(),
        name="api-claim-withdraw",
    ),
    path(
        "claims/<uuid:public_id>/answer/", claims.AnswerClaimView.as_view(), name="api-claim-answer"
    ),
    path(
        "claims/<uuid:public_id>/extend/", claims.ExtendClaimView.as_view(), name="api-claim-extend"
    ),
    path(
        "claims/<uuid:public_id>/delegation/",
        claims.DelegationView.as_view(),
        name="api-claim-delegation",
    ),
    path(
        "claims/<uuid:public_id>/pickup-code/",
        claims.PickupCodeView.as_view(),
        name="api-claim-pickup-code",
    ),
    path("office/items/", items.ItemsView.as_view(), name="api-office-items"),
    path("office/items/<str:code>/", items.ItemView.as_view(), name="api-office-item"),
    path(
        "office/items/<str:code>/events/",
        items.ItemEventsView.as_view(),
        name="api-office-item-events",
    ),
    path(
        "office/items/<str:code>/move/", items.MoveItemView.as_view(), name="api-office-item-move"
    ),
    path(
        "office/items/<str:code>/hold/", items.HoldItemView.as_view(), name="api-office-item-hold"
    ),
    path(
        "office/items/<str:code>/release/",
        items.ReleaseItemView.as_view(),
        name="api-office-item-release",
    ),
    path(
        "office/items/<str:code>/missing/",
        items.MissingItemView.as_view(),
        name="api-office-item-missing",
    ),
    path(
        "office/items/<str:code>/label.svg",
        item_codes.ItemLabelView.as_view(),
        name="api-office-item-label",
    ),
    path(
        "office/items/<str:code>/facts/",
        office_facts.FactsView.as_view(),
        name="api-office-item-facts",
    ),
    path(
        "office/items/<str:code>/claims/",
        office_claims.ItemClaimsView.as_view(),
        name="api-office-item-claims",
    ),
    path(
        "office/claims/<uuid:public_id>/verdict/",
        office_claims.VerdictView.as_view(),
        name="api-office-verdict",
    ),
    path("office/handovers/", office_claims.HandoversView.as_view(), name="api-office-handovers"),
    path(
        "office/handovers/<int:pk>/reverse/",
        office_claims.ReverseHandoverView.as_view(),
        name="api-office-handover-reverse",
    ),
    path("office/scan/", item_codes.ScanView.as_view(), name="api-office-scan"),
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
    path("me/delete/", me.DeleteMeView.as_view(), name="api-me-delete"),
    path("legal/", legal.LegalTextsView.as_view(), name="api-legal"),
    path("me/consent/", legal.ConsentView.as_view(), name="api-me-consent"),
    path("me/export/", me.MyDataView.as_view(), name="api-me-export"),
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
