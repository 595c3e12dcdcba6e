"""The addresses of what the people's pages show of matching."""

from django.urls import path

from matching.views import intake, state

app_name = "matching"

urlpatterns = [
    path("intake/", intake.ask, name="ask_intake"),
    path("intake/<uuid:public_id>/", intake.answer, name="intake"),
    path("posts/<uuid:public_id>/matching/", state.state, name="state"),
]
