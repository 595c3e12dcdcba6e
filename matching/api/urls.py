"""The matching side of /api/v1/."""

from django.urls import path

from matching.api import views

urlpatterns = [
    path(
        "posts/<uuid:public_id>/matching/",
        views.MatchingStateView.as_view(),
        name="api-post-matching",
    ),
    path(
        "posts/<uuid:public_id>/suggestions/",
        views.SuggestionsView.as_view(),
        name="api-post-suggestions",
    ),
]
