"""All candidates for a post, ranked by their current scores, suggested or not."""

from dataclasses import dataclass
from typing import Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lostfound.http import AuthenticatedHttpRequest
from lostfound.models import AccessLog, Post
from lostfound.models.post import PostQuerySet
from lostfound.services import log_access
from matching.admin.pages import by_button
from matching.models import Match, StoredProfile
from matching.review.comparison import Fact, compare_posts
from matching.review.explain import explain_exclusions, explain_reasons
from matching.scoring.score_post import SearchResult
from matching.selectors import load_photos, open_duplicates
from matching.services import DecisionRefused, search_now, suggest_pair

SHOWN: Final = 20
VIEW, CHANGE = "matching.view_match", "matching.change_match"


@dataclass(frozen=True)
class Candidate:
    """A candidate post with its score."""

    rank: int
    post: Post
    scored: Match  # not saved; holds the current score
    match: Match | None  # the stored pair, if there is one
    facts: list[Fact]
    reasons_for: list[str]
    reasons_against: list[str]
    exclusion_words: list[str]


def candidate_urls() -> list[URLPattern]:
    """Addresses below those of the pairs."""
    wrap = admin.site.admin_view
    put_up = by_button(put_up_view, back=_page_url)
    return [
        path("of/<int:id>/", wrap(candidates_view), name="matching_match_candidates"),
        path("of/<int:id>/put-up/", wrap(put_up), name="matching_match_put_up"),
    ]


@require_safe
def candidates_view(request: AuthenticatedHttpRequest, id: int) -> HttpResponse:
    """The best candidates for a post; reads stored vectors and so needs no model."""
    if not (request.user.has_perm(VIEW) or request.user.has_perm(CHANGE)):
        raise PermissionDenied
    post = get_object_or_404(_posts(), pk=id)
    result = search_now(post) if post.is_open else None
    candidates = _candidates(post, result) if result else []
    seen = [post, *(candidate.post for candidate in candidates)]
    load_photos(seen)
    log_access(request.user, AccessLog.What.LIST, seen)
    context = {
        **admin.site.each_context(request),
        "opts": Match._meta,
        "title": _("Possible matches"),
        "post": post,
        "which": "right" if post.kind == Post.Kind.LOST else "left",
        "is_ready": result is not None,
        "candidates": candidates,
        "candidate_count": len(result.scores) if result else 0,
        "duplicates": list(open_duplicates(post)),
        "may_decide": request.user.has_perm(CHANGE),
    }
    return TemplateResponse(request, "admin/matching/match/candidates.html", context)


def put_up_view(request: AuthenticatedHttpRequest, id: int) -> HttpResponse:
    """Create a pair to decide on, and redirect to its page."""
    if not request.user.has_perm(CHANGE):
        raise PermissionDenied
    post = get_object_or_404(Post, pk=id)
    other = request.POST.get("candidate", "")
    candidate = get_object_or_404(Post, pk=int(other) if other.isdecimal() else 0)
    try:
        match = suggest_pair(post, candidate, actor=request.user)
    except DecisionRefused as refused:
        messages.error(request, str(refused))
        return HttpResponseRedirect(_page_url(post.pk))
    return HttpResponseRedirect(reverse("admin:matching_match_change", args=[match.pk]))


def _page_url(id: int) -> str:
    return reverse("admin:matching_match_candidates", args=[id])


def _posts() -> PostQuerySet:
    """Posts with everything on the page except photographs, which are loaded together."""
    return Post.objects.with_details().prefetch_related(None).prefetch_related("item__facts")


def _candidates(post: Post, result: SearchResult) -> list[Candidate]:
    best = result.scores.top(SHOWN, excluded=True)
    ranks = dict(zip(result.scores.post_ids.tolist(), result.scores.ranks.tolist(), strict=True))
    best.sort(key=lambda score: ranks[score.post_id])
    posts = _posts().in_bulk([score.post_id for score in best])
    profile = (
        StoredProfile.objects.defer("data").filter(pk=result.query.profile_version or 0).first()
    )
    known = {match.other_id(post): match for match in Match.objects.of_post(post).shown()}
    found = []
    for score in best:
        other = posts.get(score.post_id)
        if other is None:  # deleted in the meantime
            continue
        lost, thing = (post, other) if post.kind == Post.Kind.LOST else (other, post)
        scored = Match(
            lost=lost,
            found=thing,
            strategy=result.strategy.name,
            profile=profile,
            score=score.score,
            terms=score.terms,
            exclusions=list(score.exclusions),
        )
        speaking_for, against = explain_reasons(scored)
        found.append(
            Candidate(
                rank=ranks[score.post_id],
                post=other,
                scored=scored,
                match=known.get(other.pk),
                facts=compare_posts(lost, thing),
                reasons_for=speaking_for,
                reasons_against=against,
                exclusion_words=explain_exclusions(scored),
            )
        )
    return found
