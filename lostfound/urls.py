"""URLs of the whole site."""

from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from lostfound.api.problems import not_found

handler400 = "lostfound.api.problems.bad_request"
handler500 = "lostfound.api.problems.server_error"

urlpatterns = [
    path("", include("lostfound.views.urls")),
    path("", include("matching.urls")),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("_allauth/", include("allauth.headless.urls")),
    path("api/v1/", include("lostfound.api.urls")),
    path("api/v1/", include("matching.api.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    # Script and page are separate, since the content security policy forbids inline scripts.
    path(
        "api/docs/",
        SpectacularSwaggerSplitView.as_view(
            url_name="schema", template_name="lostfound/api_docs.html"
        ),
        name="api-docs",
    ),
    re_path(r"^api/(?P<unknown>(?s:.*))\Z", not_found),  # also matches line breaks
]
