"""Suggested pairs, and the decisions of staff."""

import uuid
from math import log
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lostfound.models import Post
from matching.core.weights import COMPETITION
from matching.models.profile import StoredProfile


class MatchQuerySet(models.QuerySet["Match"]):
    """Filters for pairs."""

    def shown(self) -> Self:
        """Without those that are only kept because they compete with others."""
        return self.exclude(status=Match.Status.CANDIDATE)

    def of_post(self, post: Post) -> Self:
        """Every pair of a post, on either side and with any status."""
        return self.filter(models.Q(lost=post.pk) | models.Q(found=post.pk))


class Match(models.Model):
    """A pair that the strategy suggests, and its status."""

    class Status(models.TextChoices):
        SUGGESTED = "suggested", _("suggested")
        CONFIRMED = "confirmed", _("confirmed")
        REJECTED = "rejected", _("rejected")
        SET_ASIDE = "set_aside", _("set aside")  # one of its posts was matched with another one
        WITHDRAWN = "withdrawn", _("withdrawn")  # the evidence changed, or a post closed
        EXCLUDED = "gated", _("ruled out")  # similar, but excluded by a rule
        CANDIDATE = "candidate", _("below the threshold")  # kept, because it competes with others
        # Not likely enough; shown to staff nevertheless, to learn what the suggestions miss.
        SAMPLED = "drawn", _("sampled for comparison")

    lost = models.ForeignKey(
        Post, on_delete=models.CASCADE, related_name="matches_as_lost", verbose_name=_("lost")
    )
    found = models.ForeignKey(
        Post, on_delete=models.CASCADE, related_name="matches_as_found", verbose_name=_("found")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.SUGGESTED
    )
    strategy = models.CharField(_("strategy"), max_length=40)
    fingerprint = models.CharField(_("encoder"), max_length=80)
    profile = models.ForeignKey(
        StoredProfile,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("profile"),
    )
    # A probability beside the other pairs of both posts, for a strategy that yields probabilities.
    score = models.FloatField(_("score"))
    log_odds = models.FloatField(null=True, blank=True)  # of this pair alone, natural log
    rank = models.PositiveIntegerField(_("rank"), default=0)  # in the query that scored it, from 1
    sampling_probability = models.FloatField(_("sampling probability"), null=True, blank=True)
    terms = models.JSONField(_("terms"), default=dict)
    exclusions = models.JSONField(_("exclusion rules"), default=list)
    evidence_hash = models.CharField(max_length=64)  # of both posts' content when it was scored
    created_at = models.DateTimeField(_("suggested"), default=timezone.now)
    # Its local day, by which the queue is ordered: stored, so that an index can be used.
    created_on = models.DateField(_("suggested on"), default=timezone.localdate)
    scored_at = models.DateTimeField(_("scored"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    set_aside_by = models.ForeignKey(
        "MatchDecision", on_delete=models.SET_NULL, null=True, blank=True, related_name="set_aside"
    )

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        ordering = ("-created_at", "-score", "-id")
        constraints = [
            models.UniqueConstraint(fields=["lost", "found"], name="one_match_per_pair"),
            models.UniqueConstraint(
                fields=["lost"],
                condition=models.Q(status="confirmed"),
                name="one_confirmed_match_per_lost",
            ),
            models.UniqueConstraint(
                fields=["found"],
                condition=models.Q(status="confirmed"),
                name="one_confirmed_match_per_found",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-created_at", "-score"]),
            models.Index(fields=["status", "-created_on", "-score", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.lost} ↔ {self.found}"

    @classmethod
    def between(cls, post: Post, other_id: int) -> Self:
        """An unsaved pair of a post with one of the other kind."""
        if post.kind == Post.Kind.LOST:
            return cls(lost_id=post.pk, found_id=other_id)
        return cls(lost_id=other_id, found_id=post.pk)

    @property
    def post_ids(self) -> tuple[int, int]:
        """The keys of both posts, without loading them."""
        return self.lost_id, self.found_id

    @property
    def posts(self) -> tuple[Post, Post]:
        """The lost post, then the found one."""
        return self.lost, self.found

    @property
    def terms_seen(self) -> dict[str, float | None]:
        """The terms, with what competition takes from the pair's odds as of now."""
        if self.log_odds is None or not 0.0 < self.score < 1.0:
            return dict(self.terms)
        odds = log(self.score / (1.0 - self.score))
        return {**self.terms, COMPETITION: odds - self.log_odds}

    def other(self, post: Post) -> Post:
        """The other post of the pair."""
        return self.found if self.lost_id == post.pk else self.lost

    def other_id(self, post: Post) -> int:
        """The key of the other post, without loading it."""
        return self.found_id if self.lost_id == post.pk else self.lost_id


class MatchDecision(models.Model):
    """A decision of staff, with what they saw at the time. Append-only."""

    class Action(models.TextChoices):
        CONFIRM = "confirm", _("confirmed")
        REJECT = "reject", _("rejected")
        UNDO = "undo", _("undone")

    class Reason(models.TextChoices):
        """Why a pair was rejected: a fixed list, so that reasons can be counted."""

        DIFFERENT_THING = "different_thing", _("A different kind of thing")
        DIFFERENT_DETAIL = "different_detail", _("Similar, but a detail differs")
        TIME_OR_PLACE = "time_or_place", _("Day or place does not fit")
        OWNER_SAYS_NO = "owner_says_no", _("The owner says it is not theirs")
        UNCLEAR = "unclear", _("Too little information")
        OTHER = "other", _("Another reason")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    match = models.ForeignKey(
        Match, on_delete=models.CASCADE, related_name="decisions", verbose_name=_("pair")
    )
    action = models.CharField(_("decision"), max_length=8, choices=Action.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("who"),
    )
    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    undoes = models.OneToOneField(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="undone_by",
        verbose_name=_("undoes"),
    )
    status_before = models.CharField(_("status before"), max_length=10)
    score = models.FloatField(_("score"))
    strategy = models.CharField(_("strategy"), max_length=40)
    profile_version = models.PositiveIntegerField(_("profile"), null=True, blank=True)
    rank = models.PositiveIntegerField(_("rank"), default=0)
    sampling_probability = models.FloatField(_("sampling probability"), null=True, blank=True)
    fingerprint = models.CharField(_("encoder"), max_length=80)
    terms = models.JSONField(_("terms"), default=dict)
    exclusions = models.JSONField(_("exclusion rules"), default=list)
    evidence_hash = models.CharField(max_length=64)
    at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return f"{self.match}: {self.get_action_display()}"
