"""URLs of the people's pages."""

from django.urls import path

from lostfound.views import (
    account,
    app,
    claims,
    devices,
    home,
    legal,
    notifications,
    photos,
    post_changes,
    posts,
    preferences,
    scans,
    things,
)
from lostfound.views.desk import batches as desk_batches
from lostfound.views.desk import claims as desk_claims
from lostfound.views.desk import clock as desk_clock
from lostfound.views.desk import custody as desk_custody
from lostfound.views.desk import facts as desk_facts
from lostfound.views.desk import handovers as desk_handovers
from lostfound.views.desk import items as desk_items
from lostfound.views.desk import labels as desk_labels
from lostfound.views.desk import phone as desk_phone
from lostfound.views.desk import stocktakes as desk_stocktakes
from lostfound.views.desk import transfers as desk_transfers
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
    path("things/<uuid:public_id>/claim/", claims.claim_thing, name="claim_thing"),
    path("claims/", claims.claims, name="claims"),
    path("claims/<uuid:public_id>/", claims.claim, name="claim"),
    path("claims/<uuid:public_id>/answer/", claims.answer, name="answer_claim"),
    path("claims/<uuid:public_id>/withdraw/", claims.withdraw, name="withdraw_claim"),
    path("claims/<uuid:public_id>/extend/", claims.extend, name="extend_claim"),
    path("claims/<uuid:public_id>/proxy/", claims.send_somebody, name="send_somebody"),
    path("claims/<uuid:public_id>/code/", claims.pickup_code, name="pickup_code"),
    path("t/<str:code>/", scans.scan, name="scan"),
    path("T/<str:code>", scans.scan, name="scan_capitals"),  # as in QR codes
    path("desk/items/<str:code>/", desk_items.item, name="desk_item"),
    *(
        path(
            f"desk/items/<str:code>/{action}/",
            desk_items.change,
            {"action": action},
            name=f"desk_item_{action}",
        )
        for action in desk_items.ACTIONS
    ),
    path("desk/items/<str:code>/facts/", desk_facts.save_facts, name="desk_item_facts"),
    path("desk/items/<str:code>/finder/", desk_items.finder_receipt, name="finder_receipt"),
    path("desk/items/<str:code>/handover/", desk_handovers.handover, name="handover"),
    path("desk/claims/", desk_claims.claims, name="desk_claims"),
    path("desk/claims/<str:code>/", desk_claims.rivals, name="desk_rivals"),
    path("desk/claims/<str:code>/<int:pk>/", desk_claims.judge, name="judge_claim"),
    path("desk/claims/<str:code>/<int:pk>/revoke/", desk_claims.revoke, name="revoke_claim"),
    path("desk/handover/", desk_handovers.handover_chosen, name="handover_chosen"),
    path("desk/receipts/<int:pk>/", desk_handovers.receipt, name="receipt"),
    path("desk/receipts/<int:pk>/reverse/", desk_handovers.reverse_one, name="reverse_handover"),
    path("desk/phone/", desk_phone.phone_report, name="phone_report"),
    path("desk/clock/", desk_clock.clock, name="clock"),
    path("desk/transfers/", desk_transfers.transfers, name="transfers"),
    path("desk/transfers/send/", desk_transfers.send, name="send_transfer"),
    path("desk/transfers/<int:pk>/", desk_transfers.transfer, name="transfer"),
    *(
        path(
            f"desk/transfers/<int:pk>/{action}/",
            desk_transfers.settle,
            {"action": action},
            name=f"{action}_transfer",
        )
        for action in ("accept", "refuse")
    ),
    path("desk/stocktakes/", desk_stocktakes.stocktakes, name="stocktakes"),
    path("desk/stocktakes/start/", desk_stocktakes.start, name="start_stocktake"),
    path("desk/stocktakes/<int:pk>/", desk_stocktakes.stocktake, name="stocktake"),
    path("desk/stocktakes/<int:pk>/scan/", desk_stocktakes.scan, name="scan_stocktake"),
    path("desk/stocktakes/<int:pk>/finish/", desk_stocktakes.finish, name="finish_stocktake"),
    path("desk/batches/", desk_batches.batches, name="batches"),
    path("desk/batches/draft/", desk_batches.draft, name="draft_batch"),
    path("desk/batches/<int:pk>/", desk_batches.batch, name="batch"),
    path("desk/batches/<int:pk>/list/", desk_batches.batch_list, {"form": "page"}, "batch_list"),
    path("desk/batches/<int:pk>/list.csv", desk_batches.batch_list, {"form": "csv"}, "batch_csv"),
    *(
        path(
            f"desk/batches/<int:pk>/{action}/",
            desk_batches.change,
            {"action": action},
            name=f"{action}_batch",
        )
        for action in ("approve", "cancel", "complete")
    ),
    path("desk/custody/", desk_custody.custody, name="custody"),
    path("desk/labels/", desk_labels.labels_page, name="labels"),
    path("desk/labels/<slug:kind>-<str:size>.css", desk_labels.styles, name="label_styles"),
    *(
        path(
            f"photos/<uuid:public_id>/{action}/",
            photos.tick,
            {"action": action},
            name=f"{action}_photo",
        )
        for action in ("allow", "forbid")
    ),
    path("photos/<uuid:public_id>/<slug:size>/", photos.photo, name="photo"),
    path("claims/photos/<uuid:public_id>/<slug:size>/", photos.claim_photo, name="claim_photo"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read/", notifications.mark_all_read, name="notifications_read"),
    path("notifications/<int:pk>/open/", notifications.open_one, name="open_notification"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("accounts/sessions/<int:pk>/end/", devices.sign_out, name="sign_out_device"),
    path("privacy/", legal.legal_text, {"kind": "privacy"}, name="privacy"),
    path("terms/", legal.legal_text, {"kind": "terms"}, name="terms"),
    path("consent/", legal.consent, name="consent"),
    path("accounts/delete/", account.delete_account, name="delete_account"),
    path("accounts/export/", account.export_account, name="export_account"),
    path("manifest.webmanifest", app.manifest, name="manifest"),
    path("sw.js", app.service_worker, name="service_worker"),
    path("offline/", app.offline, name="offline"),
    path("language/", preferences.language, name="language"),
    *redirects("admin/lostfound/look/", "/admin/lostfound/accesslog/"),
]
