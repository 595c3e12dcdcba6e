"""The only access to a photograph's bytes: who may see which size, and with which headers."""

import logging
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date
from django.views.decorators.http import require_safe
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from lostfound.api.authentication import DeviceToken
from lostfound.http import AuthenticatedHttpRequest
from lostfound.media.storage import StorageAway
from lostfound.models import ClaimPhoto, Photo, Post, StoredPhoto, User
from lostfound.services import TransitionRefused
from lostfound.services.claims import ConflictOfInterest
from lostfound.services.claims.judging import refuse_interested
from lostfound.services.masking import allow_photo, forbid_photo
from lostfound.views.decorators import by_button, for_staff

logger = logging.getLogger(__name__)

PUBLIC_MAX_AGE_S = 300  # caches may keep a closed post's thumbnail for this long
RETRY_AFTER_S = 30
UNMASKED = "unmasked"  # the full size before it was masked
CLAIM_SIZES = ("full", "thumbnail")
SIZES = (*CLAIM_SIZES, UNMASKED)
MAY_SEE_UNMASKED = "lostfound.view_unmasked_photo"


@require_safe
def photo(request: HttpRequest, public_id: UUID, size: str) -> HttpResponse:
    """One photograph; 404 for people who may not see it."""
    found = (
        Photo.objects.select_related("post__category").filter(public_id=public_id).first()
        if size in SIZES
        else None
    )
    if found is None or (size == UNMASKED and not found.original):
        raise Http404
    is_public = size == "thumbnail" and found.post.shows_photos_in_public and found.is_safe
    if not is_public and not _may_see(_reader(request), found, size):
        raise Http404
    return _respond(request, found, size, is_public=is_public)


@require_safe
def claim_photo(request: HttpRequest, public_id: UUID, size: str) -> HttpResponse:
    """The photograph of a claim, for those who judge it; 404 for everybody else."""
    found = ClaimPhoto.objects.select_related("claim__item").filter(public_id=public_id).first()
    reader = _reader(request)
    if size not in CLAIM_SIZES or found is None or not reader.is_authenticated:
        raise Http404
    if not (reader.is_staff and reader.has_perm("lostfound.judge_claim")):
        raise Http404
    try:
        refuse_interested(found.claim.item, reader)
    except ConflictOfInterest as refused:
        raise Http404 from refused
    return _respond(request, found, size, is_public=False)


def _page_of(public_id: UUID, **_kwargs: str) -> str:
    """The page of the photograph's thing, or of its post where no office keeps it."""
    post = get_object_or_404(Post.objects.select_related("item"), photos__public_id=public_id)
    item = post.kept_item
    if item is not None:
        return reverse("lostfound:desk_item", args=[item.code])
    return reverse("admin:lostfound_post_change", args=[post.pk])


@for_staff(MAY_SEE_UNMASKED)
@by_button(back=_page_of)
def tick(request: AuthenticatedHttpRequest, public_id: UUID, action: str) -> HttpResponse:
    """Let a photograph that is not masked be shown after all, or take that back."""
    found = get_object_or_404(Photo.objects.select_related("post"), public_id=public_id)
    change = allow_photo if action == "allow" else forbid_photo
    try:
        change(found, actor=request.user)
    except (TransitionRefused, PermissionDenied) as refused:
        messages.error(request, str(refused))
    return redirect(_page_of(public_id))


def _reader(request: HttpRequest) -> User | AnonymousUser:
    """The signed-in person, by cookie or device token."""
    if request.user.is_authenticated:
        return request.user
    try:
        signed_in = DeviceToken().authenticate(Request(request))
    except AuthenticationFailed:
        signed_in = None
    return signed_in[0] if signed_in else request.user


def _may_see(user: User | AnonymousUser, found: Photo, size: str) -> bool:
    if not user.is_authenticated:
        return False
    if found.post.author_id == user.pk and size != UNMASKED:
        return True
    is_masked = found.is_safe and size != UNMASKED
    return user.sees_all_posts and (is_masked or user.has_perm(MAY_SEE_UNMASKED))


def _file_of(found: StoredPhoto, size: str) -> FieldFile:
    field: FieldFile = getattr(found, "original" if size == UNMASKED else size)
    return field


def _respond(
    request: HttpRequest, found: StoredPhoto, size: str, *, is_public: bool
) -> HttpResponse:
    if settings.S3_SIGNED_S and settings.S3_BUCKET:
        return _redirect(found, size)
    etag = f'"{found.content_hash[:32]}-{size}"'
    modified = int(found.created_at.timestamp())
    response = get_conditional_response(
        request, etag=etag, last_modified=modified
    ) or _file_response(found, size)
    if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        return response
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(modified)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    response.headers["Cache-Control"] = (
        f"public, max-age={PUBLIC_MAX_AGE_S}" if is_public else "private, no-cache"
    )
    if not is_public:
        patch_vary_headers(response, ["Cookie", "X-Session-Token"])
    return response


def _redirect(found: StoredPhoto, size: str) -> HttpResponse:
    """Redirect to a signed address of the file, valid just long enough to follow it."""
    field = _file_of(found, size)
    bucket: Any = field.storage
    try:
        address = bucket.signed_url(field.name, f"{size}.jpg", settings.S3_SIGNED_S)
    except StorageAway:
        logger.exception("Could not sign an address for photo %s", found.public_id)
        return _unavailable()
    response = HttpResponseRedirect(address)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _unavailable() -> HttpResponse:
    headers = {"Retry-After": str(RETRY_AFTER_S), "Cache-Control": "no-store"}
    return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)


def _file_response(found: StoredPhoto, size: str) -> HttpResponse:
    """The whole file at once: it is small, and storage errors occur before anything is sent."""
    field = _file_of(found, size)
    try:
        with field.storage.open(field.name or "", "rb") as file:
            content = file.read()
    except StorageAway:
        logger.exception("Cannot read photo %s (%s) at the moment", found.public_id, size)
        return _unavailable()
    except (OSError, ValueError) as missing:
        logger.exception("Cannot read photo %s (%s)", found.public_id, size)
        raise Http404 from missing
    # A neutral name that reveals nothing about the uploaded file.
    disposition = f'inline; filename="{size}.jpg"'
    return HttpResponse(
        content, content_type="image/jpeg", headers={"Content-Disposition": disposition}
    )
