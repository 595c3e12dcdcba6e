"""The matching side of /api/v1/."""

from django.urls import path

from matching.api import intake, review, search, views

urlpatterns = [
    path("search/", search.SearchView.as_view(), name="api-search"),
    path("search/photo/", search.SearchPhotoView.as_view(), name="api-search-photo"),
    path("review/next/", review.NextPairView.as_view(), name="api-review-next"),
    path("review/<int:pk>/", review.PairView.as_view(), name="api-review-pair"),
    path("review/<int:pk>/confirm/", review.ConfirmView.as_view(), name="api-review-confirm"),
    path("review/<int:pk>/reject/", review.RejectView.as_view(), name="api-review-reject"),
    path("review/<int:pk>/skip/", review.SkipView.as_view(), name="api-review-skip"),
    path(
        "review/decisions/<uuid:public_id>/undo/",
        review.UndoView.as_view(),
        name="api-review-undo",
    ),
    path("intake/", intake.IntakeView.as_view(), name="api-intake"),
    path("intake/<uuid:public_id>/", intake.IntakeAnswerView.as_view(), name="api-intake-answer"),
    path(
        "posts/<uuid:public_id>/matching/",
        views.MatchingStateView.as_view(),
        name="api-post-matching",
    ),
    path(
        "posts/<uuid:public_id>/timeline/", views.TimelineView.as_view(), name="api-post-timeline"
    ),
    path(
        "posts/<uuid:public_id>/suggestions/",
        views.SuggestionsView.as_view(),
        name="api-post-suggestions",
    ),
    path("posts/<uuid:public_id>/police/", views.PoliceView.as_view(), name="api-post-police"),
    path(
        "posts/<uuid:public_id>/suggestions/<int:pk>/answer/",
        views.AnswerView.as_view(),
        name="api-post-answer",
    ),
]
