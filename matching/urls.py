"""The addresses of what the people's pages show of matching."""

from django.urls import path

from matching.views import state

app_name = "matching"

urlpatterns = [
    path("posts/<uuid:public_id>/matching/", state.state, name="state"),
]
