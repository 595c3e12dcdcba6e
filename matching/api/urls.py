"""The matching side of /api/v1/."""

from django.urls import path

from matching.api import intake, views

urlpatterns = [
    path("intake/", intake.IntakeView.as_view(), name="api-intake"),
    path("intake/<uuid:public_id>/", intake.IntakeAnswerView.as_view(), name="api-intake-answer"),
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
