"""URLs of the public side of matching."""

from django.urls import path

from lostfound.views.redirects import redirects
from matching.views import answers, counter, intake, search, state

app_name = "matching"

urlpatterns = [
    path("desk/", counter.counter, name="counter"),
    path("desk/scan/", counter.scanned, name="scanned"),
    path("search/", search.search, name="search"),
    path("search/photo/", search.by_photo, name="search_photo"),
    path("intake/", intake.ask, name="ask_intake"),
    path("intake/<uuid:public_id>/", intake.answer, name="intake"),
    path("posts/<uuid:public_id>/suggestions/<int:pk>/", answers.answer, name="answer"),
    path("posts/<uuid:public_id>/matching/", state.state, name="state"),
    *redirects("admin/matching/embedding/", "/admin/matching/matchingjob/"),
]
